import { expect, it } from 'vitest'
import { guardProblem } from '../src/guards/index.ts'

const code = { path: 'a.ts', base: 'a()\n', ours: 'a()\nb()\n', theirs: 'a()\nc()\n' }
const json = { path: 'a.json', base: '{}', ours: '{"a": {"k": 1}}', theirs: '{"b": {"k": 2}}' }

it.each([
  ['lets a whole merge through', code, 'a()\nb()\nc()\n', undefined],
  ['sees a lost word', code, 'a()\nc()\n', /lose "b"/],
  ['sees a word of no side', code, 'a()\nb()\nc()\nd()\n', /bring "d"/],
  ['sees a word too often', code, 'a()\nb()\nb()\nc()\n', /bring "b"/],
  ['sees a syntax error', { ...code, ours: 'a()\nb({})\n' }, 'a()\nb({)}\nc()\n', /syntax error/],
  ['sees changed line ends', code, 'a()\r\nb()\r\nc()\r\n', /line ends/],
  ['sees a lost last line end', code, 'a()\nb()\nc()', /last line end/],
  ['sees a lost byte-order mark', { ...code, ours: '\ufeffa()\nb()\n' }, 'a()\nb()\nc()\n', /byte-order mark/],
  ['sees invalid JSON', json, '{"a": {"k": 1} "b": {"k": 2}}', /valid JSON/],
  ['tells equal keys of different objects apart', json, '{"a": {"k": 1}, "b": {"k": 2}}', undefined],
] as const)('%s', async (_, versions, merged, problem) => {
  const found = await guardProblem(versions, merged, [])
  if (problem === undefined) expect(found).toBeUndefined()
  else expect(found).toMatch(problem)
})

it('sees a name declared twice, and a key', async () => {
  const twice = { path: 'a.py', base: '', ours: 'def f():\n    return 1\n', theirs: 'def f():\n    return 2\n' }
  expect(await guardProblem(twice, `${twice.ours}${twice.theirs}`, [])).toMatch(/declare function f twice/)
  const keys = { path: 'a.json', base: '{}', ours: '{"a": 1}', theirs: '{"a": 2}' }
  expect(await guardProblem(keys, '{"a": 1, "a": 2}', [])).toMatch(/twice/)
})
