import { basename, dirname } from 'node:path'
import { lineMerge } from '@patchlane/merge'
import { answersIn, readSegments, safeMarkerSize } from '../../packages/merge/src/conflict-hunks.ts'
import type { Features } from '../../packages/merge/src/structured/feature-set.ts'
import { isRefusal } from '../../packages/merge/src/structured/hunk.ts'
import { withoutComma } from '../../packages/merge/src/structured/json-commas.ts'
import { proposeForFile } from '../../packages/merge/src/structured/propose-file.ts'
import { hasMarkers } from '../../packages/merge/src/text-content.ts'
import { type MergeCase, mergeCases } from './history.ts'

/** A file that git left in conflict: for each of its conflicts what could be proposed, and whether people settled it so. */
export interface FileSample {
  readonly repository: string
  /** The merge it is from: files of one merge are often settled alike. */
  readonly commit: string
  /** Empty where nothing can be proposed for the file. */
  readonly conflicts: readonly (readonly {
    readonly right: boolean
    readonly features: Features
  }[])[]
}

const TIMEOUT_MS = 20_000

/** The conflicts in a repository's history, as samples for the gate. */
export async function* collectSamples(gitDirectory: string, max: number): AsyncGenerator<FileSample> {
  const folder = basename(gitDirectory) === 'repo' ? dirname(gitDirectory) : gitDirectory
  const repository = basename(folder).split('+').at(-1) ?? folder
  for await (const test of mergeCases(gitDirectory, max)) {
    const sample = await sampleOf(test)
    if (sample !== undefined) yield { repository, commit: test.id.split(':')[0] ?? '', conflicts: sample }
  }
}

async function sampleOf(test: MergeCase): Promise<FileSample['conflicts'] | undefined> {
  const [base, ours, theirs, human] = [test.base, test.ours, test.theirs, test.human].map((bytes) =>
    bytes.toString('utf8'),
  )
  if (base === undefined || ours === undefined || theirs === undefined || human === undefined) return undefined
  // Conflict markers that people committed are no answer to learn from.
  if (hasMarkers(human) && ![base, ours, theirs].some(hasMarkers)) return undefined
  const labels = { ours: 'ours', base: 'base', theirs: 'theirs' }
  const markerSize = safeMarkerSize([base, ours, theirs])
  const request = {
    path: test.path,
    base: test.base,
    ours: test.ours,
    theirs: test.theirs,
    labels,
    timeoutMs: TIMEOUT_MS,
  }
  const verdict = await lineMerge({ ...request, style: 'merge' })
  if (verdict.kind !== 'merged' || verdict.conflicts === 0) return undefined
  const marked = await lineMerge({ ...request, style: 'diff3', markerSize })
  if (marked.kind !== 'merged') return undefined
  const segments = readSegments(Buffer.from(marked.content).toString('utf8'), markerSize)
  const file = await proposeForFile({ path: test.path, base, ours, theirs }, segments)
  if (isRefusal(file)) return []
  const plain = (text: string) =>
    file.regularCommas
      ? text
          .split(/(?<=\n)/)
          .map(withoutComma)
          .join('')
      : text
  const written = file.moved ? undefined : answersIn(segments, human)
  let at = 0
  return file.parts.flatMap((part) => {
    if (part.kind === 'merged') return []
    const answer = written?.[at++]
    return [
      part.proposals.map(({ text, features }) => ({
        right: answer !== undefined && text === plain(answer),
        features,
      })),
    ]
  })
}
