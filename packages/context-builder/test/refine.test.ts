import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CodeIndex,
  ContextRanker,
  candidatesOf,
  type Evidence,
  evidenceNames,
  evidenceOf,
  HistoryStore,
  MemoryTreeReader,
  REFINED,
  TreeModel,
  ViewTexts,
} from '../src/index.ts'

/** Files that all have the task's word, the more often the later in the list. */
const files = Object.fromEntries(
  Array.from({ length: REFINED + 5 }, (_, n) => {
    const name = `src/part${String(n).padStart(2, '0')}.py`
    return [name, `def cookie_${n}():\n${'    cookie()\n'.repeat(n + 1)}`]
  }),
)

/** Leaves of 1 and -1, by whether what a file is called by is at most `threshold`. */
const stump = (feature: string, threshold: number, low: number, high: number) => ({
  features: [feature],
  trees: [{ feature: [0], threshold: [threshold], left: [-1], right: [-2], value: [low, high] }],
})

async function open(commits = [{ message: 'Begin', files: { ...files } }]) {
  const reader = new MemoryTreeReader()
  const ids = commits.map((commit) => reader.commit(commit))
  const index = await CodeIndex.open({ reader })
  const commit = ids.at(-1)
  if (commit === undefined) throw new Error('no commit')
  const view = await index.view({ commit })
  const history = await new HistoryStore(reader, index.directory).of(commit)
  return { view, history, texts: new ViewTexts(view, reader) }
}

describe('a model of trees', () => {
  const evidenceWith = (values: Partial<Record<keyof Evidence, number[]>>): Evidence => {
    const rows = Math.max(...Object.values(values).map((list) => list.length))
    const columns = evidenceNames.map((name) => [name, Float64Array.from(values[name] ?? new Array(rows).fill(0))])
    return Object.fromEntries(columns)
  }

  it('adds the leaf of each tree that a file comes to', () => {
    const model = new TreeModel({
      features: ['depth', 'lines'],
      trees: [
        { feature: [0, 1], threshold: [2, 5], left: [-1, -2], right: [1, -3], value: [1, 10, 100] },
        { feature: [], threshold: [], left: [], right: [], value: [0.5] },
      ],
    })
    const evidence = evidenceWith({ score: [0, 0, 0, 0], depth: [2, 3, 3, 1], lines: [9, 5, 5.1, 0] })
    expect([...model.scores(evidence)]).toEqual([1.5, 10.5, 100.5, 1.5])
  })

  it('refuses what it could not read', () => {
    expect(() => new TreeModel({ features: ['luck'], trees: [] })).toThrow()
    expect(() => new TreeModel({ features: [], trees: [{ feature: [0] }] })).toThrow()
    expect(() => new TreeModel({ ...stump('depth', 1, 0, 1), features: [] })).toThrow()
    const endless = { feature: [0], threshold: [0], left: [0], right: [-1], value: [1] }
    expect(() => new TreeModel({ features: ['depth'], trees: [endless] })).toThrow()
    const noLeaf = { feature: [0], threshold: [0], left: [-1], right: [-2], value: [1] }
    expect(() => new TreeModel({ features: ['depth'], trees: [noLeaf] })).toThrow()
  })

  it('has a digest of what it says', () => {
    const [one, same, other] = [stump('depth', 1, 0, 1), stump('depth', 1, 0, 1), stump('depth', 2, 0, 1)]
    expect(new TreeModel(one).digest).toBe(new TreeModel(same).digest)
    expect(new TreeModel(one).digest).not.toBe(new TreeModel(other).digest)
    const version = (trees: TreeModel | null) => new ContextRanker({ trees }).version
    expect(new Set([version(null), version(new TreeModel(one)), version(new TreeModel(other))]).size).toBe(3)
  })
})

it('comes with trees that make a difference', async () => {
  expect(new ContextRanker().version).not.toBe(new ContextRanker({ trees: null }).version)
  const { view, history } = await open()
  const order = async (ranker: ContextRanker) =>
    (await ranker.rank({ view, task: 'cookie', history })).code.map(({ path }) => path)
  const [refined, plain] = [await order(new ContextRanker()), await order(new ContextRanker({ trees: null }))]
  expect([...refined].sort()).toEqual([...plain].sort())
  expect(refined).not.toEqual(plain)
})

describe('the files that lead', () => {
  it('change places by what the trees add, and the places keep their scores', async () => {
    const { view, history } = await open()
    const rank = async (trees: TreeModel | null) => {
      const { byRole } = await new ContextRanker({ trees }).rank({ view, task: 'cookie', history })
      return byRole.get('implementation') ?? []
    }
    const plain = await rank(null)
    expect(plain).toHaveLength(REFINED + 5)
    // More than any score: the files of few lines come first.
    const turned = await rank(new TreeModel(stump('lines', Math.log1p(20), 100, 0)))
    const short = (path: string) => (files[path]?.split('\n').length ?? 0) <= 20
    const leading = plain.slice(0, REFINED).map(({ path }) => path)
    expect(turned.map(({ path }) => path)).toEqual([
      ...leading.filter(short),
      ...leading.filter((path) => !short(path)),
      ...plain.slice(REFINED).map(({ path }) => path),
    ])
    expect(turned.map(({ score }) => score)).toEqual(plain.map(({ score }) => score))
  })

  it('stay behind one whose path the task gives', async () => {
    const { view } = await open()
    for (const trees of [undefined, new TreeModel(stump('lines', Math.log1p(20), 3, -3))]) {
      const ranker = new ContextRanker(trees === undefined ? {} : { trees })
      const { byRole } = await ranker.rank({ view, task: 'cookie in src/part50.py' })
      expect(byRole.get('implementation')?.[0]?.path).toBe('src/part50.py')
    }
  })

  it('have a number for each kind of evidence, with a past and without', async () => {
    const { view, history, texts } = await open([
      { message: 'Begin', files: { ...files } },
      { message: 'Mend the cookie of part07', files: { ...files, 'src/part07.py': 'def cookie_7():\n    pass\n' } },
    ])
    for (const past of [history, undefined]) {
      const task = 'The cookie of part07'
      const { query, signals, byRole } = await new ContextRanker({ trees: null }).rank({ view, task, history: past })
      const leading = (byRole.get('implementation') ?? []).slice(0, REFINED)
      const measure = [...view.files.keys()]
      const known = { history: past, texts: past === undefined ? undefined : texts }
      const candidates = candidatesOf(leading, { view, query, signals, ...known, measure, tests: [], mentionWorth: 0 })
      await known.texts?.load(candidates.positions)
      const evidence = evidenceOf(candidates)
      expect(Object.keys(evidence).sort()).toEqual([...evidenceNames].sort())
      for (const name of evidenceNames) {
        expect(evidence[name]).toHaveLength(leading.length)
        expect([...evidence[name]].every(Number.isFinite), name).toBe(true)
      }
      const row = candidates.positions.findIndex((position) => view.file(position).path === 'src/part07.py')
      expect(evidence.nameInTitle[row]).toBe(2)
      expect(evidence.wordsAsWritten.every((value) => value === 0)).toBe(past === undefined)
      // The first commit made too many files to say anything of one.
      expect(evidence.timesChanged[row]).toBeCloseTo(past === undefined ? 0 : Math.log1p(1), 3)
      expect(evidence.lastChange[row]).toBeCloseTo(past === undefined ? Math.log1p(5_000) : 0, 3)
    }
  })

  it('are in the same order whatever was asked before', async () => {
    const { view, history, texts } = await open()
    const ranker = new ContextRanker()
    const words = ['cookie', 'part07', 'cookie_3', 'src', 'session', 'fix', 'feat:', '`part12`']
    const task = fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }).map((list) => list.join(' '))
    await fc.assert(
      fc.asyncProperty(task, fc.boolean(), fc.boolean(), async (text, withPast, withTexts) => {
        const known = { history: withPast ? history : undefined, texts: withTexts ? texts : undefined }
        const ask = async (who: ContextRanker) =>
          (await who.rank({ view, task: text, ...known })).byRole.get('implementation')
        expect(await ask(ranker)).toEqual(await ask(new ContextRanker()))
      }),
    )
  })
})
