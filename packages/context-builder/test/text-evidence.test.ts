import { expect, it } from 'vitest'
import {
  CodeIndex,
  ContextRanker,
  candidatesOf,
  type EvidenceName,
  evidenceOf,
  MemoryTreeReader,
  ViewTexts,
} from '../src/index.ts'

/** What each file has of one kind of evidence, by its path. */
async function evidence(files: Record<string, string>, task: string) {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'Begin', files })
  const view = await (await CodeIndex.open({ reader })).view({ commit })
  const { query, signals, byRole } = await new ContextRanker({ trees: null }).rank({ view, task })
  const leading = byRole.get('implementation') ?? []
  const tests = byRole.get('test') ?? []
  const texts = new ViewTexts(view, reader)
  const measure = [...view.files.keys()]
  const context = { view, query, signals, history: undefined, measure, tests, texts, mentionWorth: 0 }
  const candidates = candidatesOf(leading, context)
  await texts.load(candidates.positions)
  const all = evidenceOf(candidates)
  return (name: EvidenceName) =>
    Object.fromEntries(candidates.positions.map((position, row) => [view.file(position).path, all[name][row]]))
}

/** Of two files, the one with more of a kind of evidence. */
function more(of: Record<string, number | undefined>): string | undefined {
  const [first, second] = Object.entries(of).sort(([, a = 0], [, b = 0]) => b - a)
  return first?.[1] === second?.[1] ? undefined : first?.[0]
}

it('tells words that stand side by side from those that only stand in the same file', async () => {
  const of = await evidence(
    {
      'src/near.py': 'def a():\n    retry_budget = 1\n\n\n\n\nother = 2\n',
      'src/apart.py': 'def a():\n    retry = 1\n\n\n\n\nbudget = 2\n',
    },
    'The retry budget is spent too early',
  )
  for (const name of ['pairsInText', 'bestLine', 'bestLines', 'bestFunction', 'bestNameOfTitle'] as const)
    expect([name, more(of(name))]).toEqual([name, 'src/near.py'])
})

it('tells words as they are written from their like', async () => {
  const of = await evidence(
    {
      'src/field.tsx': 'export const a = <Input name={inputs} />\nconst maxRetryCount = 1\n',
      'src/loop.tsx': 'export const input = 1\nconst MAX_RETRY_COUNT = 2\n',
    },
    'Input of `maxRetryCount`',
  )
  expect(more(of('wordsAsWritten'))).toBe('src/field.tsx')
  expect(more(of('identifiersAsWritten'))).toBe('src/field.tsx')
})

it('finds a word as it is written that begins with a short word of the task', async () => {
  const of = await evidence(
    {
      'src/a.ts': 'export const budget = unknown\n',
      'src/b.ts': 'export const budget = 1\n',
      'src/c.ts': 'export const unknown = 1\n',
      // Rarer than the word that begins with it.
      'src/d.ts': 'export const un = 1\n',
    },
    'un budget: unknown',
  )
  const { 'src/a.ts': both = 0, 'src/b.ts': one = 0 } = of('wordsAsWritten')
  expect(both).toBeGreaterThan(one)
})

it('knows members, keys and literals, which the index has no definitions of', async () => {
  const of = await evidence(
    {
      'src/options.ts': "export interface Options {\n  readTimeout: number\n}\nconst a = 'the server has gone away'\n",
      'src/client.ts': 'export const send = (options) => wait(options.readTimeout)\n// the server has gone away\n',
    },
    '`readTimeout` is not read: "server has gone away"',
  )
  expect(more(of('identifiersDeclared'))).toBe('src/options.ts')
  expect(more(of('memberOfTitle'))).toBe('src/options.ts')
  expect(more(of('bestLiteral'))).toBe('src/options.ts')
  expect(of('quotedInText')['src/client.ts']).toBeGreaterThan(0)
})

it('asks the tests that speak of the task what they test', async () => {
  const of = await evidence(
    {
      'src/cookie.py': 'def jar():\n    return 1\n',
      'src/crumb.py': 'def jar():\n    return 2\n',
      'tests/test_cookie.py':
        'from src import cookie\n\n\ndef test_quotes_survive_the_jar():\n    assert cookie.jar()\n',
      'tests/test_crumb.py': 'from src import crumb\n\n\ndef test_nothing():\n    assert crumb\n',
    },
    'jar: quotes do not survive',
  )
  for (const name of ['bestTest', 'testsFor', 'placeOfTest'] as const)
    expect([name, more(of(name))]).toEqual([name, 'src/cookie.py'])
})

it('knows what gathers the files of a folder, and what has a relative of a word in its name', async () => {
  const of = await evidence(
    {
      'src/fields/index.ts': "export * from './validator.ts'\nexport const fields = 1\n",
      'src/fields/validator.ts': 'export const fields = 2\n// validate validate validate\n',
      'src/other/index.ts': 'export const fields = 3\n',
    },
    'Validate all fields',
  )
  expect(of('entryOfFirst')).toMatchObject({ 'src/fields/index.ts': 1, 'src/other/index.ts': 0 })
  expect(of('importsLeaders')['src/fields/index.ts']).toBeGreaterThan(0)
  expect(of('derivedInName')).toMatchObject({ 'src/other/index.ts': 0 })
  expect(of('derivedInName')['src/fields/validator.ts']).toBeGreaterThan(0)
})
