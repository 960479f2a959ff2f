import type { TestApi } from '@patchlane/kernel/testing'
import { hasSyntaxErrors } from '@patchlane/syntax'
import { readSegments, safeMarkerSize } from '../conflict-hunks.ts'
import { lineMerge } from '../line-merge.ts'
import type { ConflictedMerge, MergeStrategy } from '../merge-strategy.ts'
import { hasMarkers } from '../text-content.ts'

export interface MergeStrategyHarness {
  /** A strategy of its own for each test. */
  open(): Promise<MergeStrategy>
  close(strategy: MergeStrategy): Promise<void>
}

const cases = {
  'two imports': [
    'a.ts',
    "import a from 'a'\nrun()\n",
    "import a from 'a'\nimport b from 'b'\nrun()\n",
    "import a from 'a'\nimport c from 'c'\nrun()\n",
  ],
  'one line both ways': ['a.ts', 'const x = 1\n', 'const x = 2\n', 'const x = 3\n'],
  'delete and edit': [
    'a.py',
    'def a():\n    return 1\n\nprint(a())\n',
    'print(1)\n',
    'def a():\n    return 2\n\nprint(a())\n',
  ],
  'no grammar': ['notes.txt', 'one\ntwo\n', 'one 1\ntwo\n', 'one\ntwo 2\n'],
} as const

/** What every {@link MergeStrategy} promises, whatever it can settle. */
export function mergeStrategyContract({ it, expect }: TestApi, harness: MergeStrategyHarness): void {
  for (const [name, [path, base, ours, theirs]] of Object.entries(cases)) {
    it(`settles all of "${name}" or says why not`, async () => {
      const strategy = await harness.open()
      try {
        const answer = await strategy.merge(await conflictOf(path, base, ours, theirs))
        if (answer.kind === 'passed') return expect(answer.reason).not.toBe('')
        expect(hasMarkers(answer.text)).toBe(false)
        expect(await hasSyntaxErrors(path, answer.text)).not.toBe(true)
      } finally {
        await harness.close(strategy)
      }
    })
  }

  it('stops when it is told to', async () => {
    const strategy = await harness.open()
    try {
      const conflict = await conflictOf(...cases['two imports'])
      const answer = await strategy.merge(conflict, AbortSignal.abort())
      expect(['passed', 'merged']).toContain(answer.kind)
    } finally {
      await harness.close(strategy)
    }
  })
}

/** A conflict as git's line merge leaves it. */
export async function conflictOf(path: string, base: string, ours: string, theirs: string): Promise<ConflictedMerge> {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const input = { path, base: bytes(base), ours: bytes(ours), theirs: bytes(theirs) }
  const markerSize = safeMarkerSize([base, ours, theirs])
  const labels = { ours: 'ours', base: 'base', theirs: 'theirs' }
  const answer = await lineMerge({ ...input, style: 'diff3', labels, markerSize, timeoutMs: 20_000 })
  const marked = answer.kind === 'merged' ? Buffer.from(answer.content).toString('utf8') : ''
  return { path, base, ours, theirs, segments: readSegments(marked, markerSize), input }
}
