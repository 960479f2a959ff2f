import { expect, it } from 'vitest'
import { CodeIndex, ContextRanker, HistoryStore, MemoryTreeReader, readTask, signalsOf } from '../src/index.ts'
import { taskWords } from '../src/rank/task-words.ts'

async function open(past: { message: string; files: Record<string, string> }[]) {
  const reader = new MemoryTreeReader()
  const commit = past.map((one) => reader.commit(one)).at(-1)
  if (commit === undefined) throw new Error('no commit')
  const index = await CodeIndex.open({ reader })
  return {
    view: await index.view({ commit }),
    history: await new HistoryStore(reader, index.directory).of(commit),
  }
}

it('follows a file that has moved since', async () => {
  const { view, history } = await open([
    { message: 'Begin', files: { 'lib/codec.ts': 'export const a = 1\n', 'lib/other.ts': 'export const b = 1\n' } },
    {
      message: 'Decimals keep their digits',
      files: { 'lib/codec.ts': 'export const a = 2\n', 'lib/other.ts': 'export const b = 1\n' },
    },
    {
      message: 'Move',
      files: { 'src/node/codec.ts': 'export const a = 2\n', 'src/node/other.ts': 'export const b = 1\n' },
    },
  ])
  const { byRole } = await new ContextRanker().rank({ view, task: 'digits of decimals', history })
  expect(byRole.get('implementation')?.[0]?.path).toBe('src/node/codec.ts')
})

it('counts words less that most messages have', async () => {
  const files = (n: number) => ({ 'src/a.ts': `export const a = ${n}\n` })
  const { history } = await open(
    Array.from({ length: 40 }, (_, n) => ({ message: `Summary of step number${n} quaternion${n}`, files: files(n) })),
  )
  const { all } = taskWords(readTask('the summary of quaternions rotates'), history)
  expect(all.get('summary')).toBeLessThan(0.2)
  expect(all.get('rotat')).toBeGreaterThan(0.9)
})

it('knows what was said of a file lately from what was said long ago', async () => {
  const files = (a: number, b: number) => ({
    'src/a.ts': `export const a = ${a}\n`,
    'src/b.ts': `export const b = ${b}\n`,
  })
  const { view, history } = await open([
    { message: 'Begin', files: files(0, 0) },
    { message: 'Rotate quaternions', files: files(1, 0) },
    ...Array.from({ length: 400 }, (_, n) => ({ message: `Polish ${n}`, files: files(1 + (n % 2), 1 + n) })),
    { message: 'Rotate quaternions', files: files(2, 500) },
    { message: 'Other', files: files(2, 501) },
  ])
  const { told, toldLately, lately } = signalsOf({ view, query: readTask('quaternions rotate badly'), history })
  const [a, b] = [view.position('src/a.ts') ?? -1, view.position('src/b.ts') ?? -1]
  const share = (values: Float64Array) => (values[b] ?? 0) / (values[a] ?? 1)
  expect(share(toldLately)).toBeGreaterThan(share(told))
  expect(lately[b]).toBeGreaterThan(lately[a] ?? 0)
})
