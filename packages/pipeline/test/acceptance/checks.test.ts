import { mkdir, readdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { newFileDiff, ThrowawayRepository } from '../support/throwaway-repository.ts'

let repository: ThrowawayRepository
afterEach(() => repository.dispose())

it('runs only the tests that a patch affects', async () => {
  const source = (name: string) => `export const ${name} = () => '${name}'\n`
  repository = await ThrowawayRepository.create({ 'package.json': '{}' })
  const marks = repository.path('marks')
  await mkdir(marks)
  const test = (name: string) =>
    `import { writeFileSync } from 'node:fs'
import test from 'node:test'
import { ${name} } from '../src/${name}.mjs'
writeFileSync(${JSON.stringify(join(marks, name))}, ${name}())
test('${name}', () => { if (typeof ${name}() !== 'string') throw new Error('no string') })
`
  await repository.commit('two modules', {
    'package.json': '{"name": "two", "type": "module", "scripts": {"test": "node --test"}}\n',
    'src/apple.mjs': source('apple'),
    'src/pear.mjs': source('pear'),
    'test/apple.test.mjs': test('apple'),
    'test/pear.test.mjs': test('pear'),
  })
  const pipeline = await repository.open({ checks: { tests: { select: 'affected', timeoutSeconds: 60 } } })
  const text = `diff --git a/src/apple.mjs b/src/apple.mjs
--- a/src/apple.mjs
+++ b/src/apple.mjs
@@ -1 +1 @@
-export const apple = () => 'apple'
+export const apple = () => 'a red apple'
`
  const { patch } = await pipeline.propose({ text })
  await pipeline.gate.once()
  const { status, verdict } = await pipeline.patches.get(patch.patchId)
  expect({ status, message: verdict?.message }).toMatchObject({ status: 'landed' })
  expect(await readdir(marks)).toEqual(['apple'])
  expect(await readFile(join(marks, 'apple'), 'utf8')).toBe('a red apple')
  expect(verdict?.checks).toMatchObject([{ kind: 'tests', outcome: 'passed', cached: false }])
})

it('formats before hooks run', async () => {
  repository = await ThrowawayRepository.create({
    'package.json': '{"name": "formatted", "prettier": {"semi": false, "singleQuote": true}}\n',
    '.gitignore': 'node_modules\n',
  })
  const prettier = dirname(createRequire(import.meta.url).resolve('prettier/package.json'))
  await mkdir(join(repository.directory, 'node_modules'))
  await symlink(prettier, join(repository.directory, 'node_modules/prettier'))
  const seen = repository.path('seen-by-hook')
  const hook = await repository.program(
    'hook',
    `import { copyFileSync } from 'node:fs'
     copyFileSync('greet.js', ${JSON.stringify(seen)})`,
  )
  const pipeline = await repository.open({
    checks: { format: 'auto', commands: [{ name: 'hook', kind: 'hooks', run: hook }] },
  })
  await pipeline.propose({ text: newFileDiff('greet.js', ['export  function greet( name ){', 'return "hi "+name;}']) })
  const { settled } = await pipeline.gate.once()
  const formatted = "export function greet(name) {\n  return 'hi ' + name\n}\n"
  expect(settled[0]?.verdict?.checks.map(({ check, kind, outcome }) => ({ check, kind, outcome }))).toEqual([
    { check: 'prettier', kind: 'format', outcome: 'fixed' },
    { check: 'hook', kind: 'hooks', outcome: 'passed' },
  ])
  expect(settled[0]?.status).toBe('landed')
  expect(await readFile(seen, 'utf8')).toBe(formatted)
  expect(await readFile(join(repository.directory, 'greet.js'), 'utf8')).toBe(formatted)
})

it('holds only new failures of tests against a patch', async () => {
  repository = await ThrowawayRepository.create({
    'package.json': '{"name": "red", "type": "module", "scripts": {"test": "node --test"}}\n',
    'sum.mjs': 'export const sum = (a, b) => a + b\n',
    'sum.test.mjs': `import { equal } from 'node:assert/strict'
import test from 'node:test'
import { sum } from './sum.mjs'
test('always red', () => equal(sum(0, 0), 1))
test('adds', () => equal(sum(1, 2), 3))
`,
  })
  const pipeline = await repository.open({ checks: { tests: 'auto' } })
  const change = (body: string) =>
    `--- a/sum.mjs\n+++ b/sum.mjs\n@@ -1 +1 @@\n-export const sum = (a, b) => a + b\n+export const sum = (a, b) => ${body}\n`
  await pipeline.propose({ text: change('a - b') })
  await pipeline.propose({ text: change('b + a') })
  const { settled } = await pipeline.gate.once()
  expect(settled.map(({ status, verdict }) => [status, verdict?.checks[0]?.findings])).toMatchObject([
    ['rejected', [{ rule: 'adds' }, { rule: 'always red', severity: 'warning' }]],
    ['landed', [{ rule: 'always red', severity: 'warning' }]],
  ])
  expect(await repository.git('show', 'main:sum.mjs')).toBe('export const sum = (a, b) => b + a')
})
