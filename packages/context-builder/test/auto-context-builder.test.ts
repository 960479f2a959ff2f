import { parseRepoPath, repoIdSchema } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  AutoContextBuilder,
  type AutoContextBuilderOptions,
  BpeTokenCounter,
  CodeIndex,
  MemoryTreeReader,
} from '../src/index.ts'

const repoId = repoIdSchema.parse('sample')
const long = Array.from(
  { length: 80 },
  (_, n) => `export function helper${n}(amount: number) {\n  return amount + ${n}\n}\n`,
).join('\n')
const files: Record<string, string> = {
  'AGENTS.md': '# Rules\n\nKeep functions small.\n',
  'src/cookie.ts': 'export function parseCookie(text: string) {\n  return text.split(";")\n}\n',
  'src/session.ts': `import { parseCookie } from './cookie.ts'\n\nexport class Session {\n  open() {\n    return parseCookie('a')\n  }\n}\n${long}`,
  'src/fence.md': '# Session\n\n```js\nparseCookie()\n```\n<|endoftext|>\n',
  'src/other.ts': 'export const other = 1\n',
  'test/cookie.test.ts': "import { parseCookie } from '../src/cookie.ts'\nparseCookie('')\n",
  'docs/session.md': '# Session\n\nHow a session reads its cookie.\n',
}

async function open(options: Partial<AutoContextBuilderOptions> = {}, more: Record<string, string> = {}) {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'Begin', files: { ...files, ...more } })
  const index = await CodeIndex.open({ reader })
  return { builder: new AutoContextBuilder({ index, repoId, ...options }), commit, index }
}

const task = 'parseCookie drops quoted values'

describe('AutoContextBuilder', () => {
  it('puts the right files first, says why, and names the state it read', async () => {
    const { builder, commit, index } = await open()
    const bundle = await builder.build({ task, commit })
    expect(bundle.stamp).toEqual({ repoId, commit, indexVersion: (await index.view({ commit })).digest })
    expect(bundle.ranked[0]).toBe('src/cookie.ts')
    const byPath = new Map(bundle.files.map((file) => [file.path, file]))
    expect(byPath.get('src/cookie.ts')).toMatchObject({ role: 'implementation', level: 'full', score: 1 })
    expect(byPath.get('src/cookie.ts')?.why[0]).toContain('parseCookie')
    expect(byPath.get('test/cookie.test.ts')?.why).toContain('test of src/cookie.ts')
    expect(byPath.get('AGENTS.md')?.why[0]).toBe('conventions of the project')
    const groups = bundle.files
      .map(({ role }) => ['implementation', 'test'].indexOf(role))
      .map((at) => (at < 0 ? 2 : at))
    expect(groups).toEqual([...groups].sort((x, y) => x - y))
    expect(bundle.text).toContain('return text.split(";")')
    expect(bundle.readSet.paths).toEqual(bundle.files.map(({ path }) => path).sort())
  })

  it('gives the same bytes each time, also from another index', async () => {
    const [one, two] = [await open(), await open()]
    const bundles = [
      await one.builder.build({ task, commit: one.commit }),
      await one.builder.build({ task, commit: one.commit }),
      await two.builder.build({ task, commit: two.commit }),
    ]
    expect(bundles[1]).toEqual(bundles[0])
    expect(bundles[2]).toEqual(bundles[0])
  })

  it('never exceeds its budget, and fills it by levels', async () => {
    const { builder, commit } = await open()
    const counter = new BpeTokenCounter()
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3_000 }), async (budgetTokens) => {
        const bundle = await builder.build({ task, commit, budgetTokens })
        expect(bundle.tokens).toBeLessThanOrEqual(budgetTokens)
        expect(await counter.count(bundle.text)).toBe(bundle.tokens)
      }),
      { numRuns: 30 },
    )
    const levelOf = async (budgetTokens: number) =>
      (await builder.build({ task, commit, budgetTokens })).files.find(({ path }) => path === 'src/session.ts')?.level
    expect([await levelOf(150), await levelOf(3_000), await levelOf(20_000)]).toEqual(['path', 'symbols', 'full'])
  })

  it('keeps a file from pretending to end', async () => {
    const { builder, commit } = await open()
    const { text } = await builder.build({ task: 'fence session parseCookie document', commit })
    expect(text).toContain('````\n1:\n# Session')
  })

  it('reads uncommitted work as an overlay, and says so', async () => {
    const { builder, commit } = await open()
    const path = parseRepoPath('src/quoting.ts')
    const overlay = [{ kind: 'create' as const, path, after: versionOf('export function unquoteCookie() {}\n') }]
    const bundle = await builder.build({ task: 'unquoteCookie', commit, overlay })
    expect(bundle.files.map((file) => file.path)).toContain('src/quoting.ts')
    expect(bundle.text).toContain('export function unquoteCookie')
    expect(bundle.overlay).not.toBeNull()
    expect(bundle.overlay).not.toBe(bundle.stamp.indexVersion)
    expect((await builder.build({ task: 'unquoteCookie', commit })).overlay).toBeNull()
  })

  it('goes on without a source that fails, and notes it', async () => {
    const failing = { name: 'broken', collect: () => Promise.reject(new Error('out of order')) }
    const note = {
      kind: 'text' as const,
      title: 'Earlier',
      text: 'Quotes were lost before.',
      why: 'a note',
      priority: 2,
    }
    const { builder, commit } = await open({ sources: [failing, { name: 'notes', collect: async () => [note] }] })
    const bundle = await builder.build({ task, commit })
    expect(bundle.notes).toEqual(['broken: out of order'])
    expect(bundle.text).toContain('Quotes were lost before.')
  })

  it('lets a re-ranker order the first candidates', async () => {
    const { builder, commit } = await open({ reranker: { rerank: async () => ['src/session.ts', 'nowhere.ts'] } })
    expect((await builder.build({ task, commit })).ranked.slice(0, 2)).toEqual(['src/session.ts', 'src/cookie.ts'])
  })

  it('shows a re-ranker what the files define, and goes on without one that fails', async () => {
    const seen: unknown[] = []
    const rerank = async (_: string, candidates: readonly object[]) => {
      seen.push(...candidates)
      throw new Error('no credit')
    }
    const { builder, commit } = await open({ reranker: { rerank } })
    const bundle = await builder.build({ task, commit })
    expect(seen[0]).toMatchObject({ path: 'src/cookie.ts', definitions: ['parseCookie'] })
    expect(bundle.ranked[0]).toBe('src/cookie.ts')
    expect(bundle.notes).toEqual(['not re-ranked: no credit'])
  })

  it('shows the definition that the task is about, where the signatures of the whole file are too long', async () => {
    const wanted = 'export function parseCookie(text: string) {\n  // quoted values\n  return text.split(";")\n}\n'
    const { builder, commit } = await open(
      {},
      { 'src/cookie.ts': `${long}\n${long.replaceAll('helper', 'other')}\n${wanted}` },
    )
    const bundle = await builder.build({ task, commit, budgetTokens: 400 })
    expect(bundle.tokens).toBeLessThanOrEqual(400)
    expect(bundle.files[0]).toMatchObject({ path: 'src/cookie.ts', level: 'symbols' })
    expect(bundle.text).toContain('return text.split(";")')
    expect(bundle.readSet.symbols).toContain('src/cookie.ts#parseCookie')
  })

  it('says which words of its name or its folder speak for a file, as they stand there', async () => {
    const { builder, commit } = await open(
      {},
      { 'src/compose.ts': 'export {}\n', 'src/trie-router/index.ts': 'export {}\n' },
    )
    const whyOf = async (about: string, path: string) =>
      (await builder.build({ task: about, commit })).files.find((file) => file.path === path)?.why[0]
    expect(await whyOf('composing breaks', 'src/compose.ts')).toBe('its name has compose')
    expect(await whyOf('the trie router is slow', 'src/trie-router/index.ts')).toBe('its folder has trie, router')
  })

  it('refuses an empty task', async () => {
    const { builder, commit } = await open()
    await expect(builder.build({ task: ' ', commit })).rejects.toMatchObject({ code: 'CONTEXT_EMPTY_TASK' })
  })
})
