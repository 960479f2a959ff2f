import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  findPathCollisions,
  isGitDirectoryName,
  isNameOf,
  parseRepoPath,
  repoPathProblem,
  UnsafePathError,
} from '../src/index.ts'

describe('repoPathProblem', () => {
  it.each([
    'a',
    'src/index.ts',
    '.github/workflows/ci.yml',
    'a b/c-d_e.f',
    'ünïcode/日本.md',
    '.gitignore',
    'git/x',
    'x.git/y',
  ])('accepts %j', (path) => expect(repoPathProblem(path)).toBeUndefined())

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'absolute'],
    ['../x', '".."'],
    ['a/../../x', '".."'],
    ['a/./b', '"."'],
    ['a//b', 'empty component'],
    ['a/', 'empty component'],
    ['C:/x', 'drive letter'],
    ['a\\b', 'backslash'],
    ['a\0b', 'NUL'],
    ['a\nb', 'control character'],
    ['.git/config', "git's own folder"],
    ['.GIT/hooks/pre-commit', "git's own folder"],
    ['sub/.Git', "git's own folder"],
    ['git~1/config', "git's own folder"],
    ['.g\u200cit/config', "git's own folder"],
    ['.git::$INDEX_ALLOCATION/x', "git's own folder"],
    ['a/CON', 'device name'],
    ['con .txt', 'device name'],
    ['nul.txt', 'device name'],
    ['a/b.', 'ends in a dot'],
    ['a /b', 'ends in a dot or a blank'],
    ['a/b:stream', 'colon'],
    ['\ud800', 'not valid Unicode'],
    [`${'a/'.repeat(3000)}b`, 'longer than'],
    ['x'.repeat(256), 'longer than'],
  ])('refuses %j: %s', (path, reason) => {
    expect(repoPathProblem(path)).toContain(reason)
    expect(() => parseRepoPath(path)).toThrow(UnsafePathError)
  })

  it('never accepts what a lexical resolution would take out of the tree or into .git', () => {
    const component = fc.oneof(
      fc.constantFrom('..', '.', '', '.git', '.GIT ', 'git~1', '.git.', 'a', 'b', '.gi\u200dt'),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(component, { minLength: 1, maxLength: 5 }), (parts) => {
        const path = parts.join('/')
        if (repoPathProblem(path) !== undefined) return
        const resolved = new URL(path.split('/').map(encodeURIComponent).join('/'), 'file:///root/').pathname
        expect(resolved.startsWith('/root/')).toBe(true)
        expect(path.split('/').some(isGitDirectoryName)).toBe(false)
      }),
    )
  })
})

describe('isNameOf', () => {
  it.each([
    '.gitmodules',
    '.GitModules',
    '.gitmod\u200cules',
    'gitmod~1',
    'GITMOD~4',
    'gi7eba~1',
    '.gitmodules .',
    '.gitmodules::$DATA',
  ])('takes %j for .gitmodules', (name) => expect(isNameOf(name, '.gitmodules')).toBe(true))
  it.each(['gitmodules', '.gitmodules.md', 'gitmodules~1', 'mod~1', '.gitignore', 'gi~1'])(
    'takes %j for itself',
    (name) => expect(isNameOf(name, '.gitmodules')).toBe(false),
  )
})

describe('findPathCollisions', () => {
  it('finds paths that differ by case, by Unicode form, or as file and folder', () => {
    expect(findPathCollisions(['README.md', 'readme.md'])).toEqual([['README.md', 'readme.md']])
    expect(findPathCollisions(['caf\u00e9', 'cafe\u0301'])).toHaveLength(1)
    expect(findPathCollisions(['Src/a', 'src/b'])).toEqual([['Src/', 'src/']])
    expect(findPathCollisions(['a', 'a/b'])).toEqual([['a', 'a/']])
  })

  it('finds none where all paths differ in their folded form', () => {
    expect(findPathCollisions(['a/b', 'a/c', 'b/a', 'a.b'])).toEqual([])
  })
})
