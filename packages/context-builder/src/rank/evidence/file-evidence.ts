import { ENTRY_STEM, stemOf } from '../path-words.ts'
import type { Candidates } from './candidates.ts'

export const fileNames = [
  'lines',
  'bytes',
  'definitionCount',
  'importCount',
  'depth',
  'entryName',
  'sharedName',
  'declarations',
  'endingShare',
] as const

const SHARED = /^(?:types?|utils?|helpers?|constants?|common|shared|base|core|errors?)\b/i
const DECLARATIONS = /\.d\.[cm]?ts$/

/** What kind of file it is: how large, how far down, called by what many files are called. */
export function fileEvidence({
  view,
  positions,
  measure,
}: Candidates): Record<(typeof fileNames)[number], Float64Array> {
  const of = (read: (position: number, path: string, name: string) => number) =>
    Float64Array.from(positions, (position) => {
      const { path } = view.file(position)
      return read(position, path, path.slice(path.lastIndexOf('/') + 1))
    })
  const endings = new Map<string, number>()
  for (const position of measure) {
    const ending = endingOf(view.file(position).path)
    endings.set(ending, (endings.get(ending) ?? 0) + 1)
  }
  return {
    lines: of((position) => Math.log1p(view.file(position).lines)),
    bytes: of((position) => Math.log1p(view.details(position).bytes)),
    definitionCount: of((position) => Math.log1p(view.details(position).definitions.length)),
    importCount: of((position) => Math.log1p(view.details(position).imports.length)),
    depth: of((_, path) => path.split('/').length),
    entryName: of((_, path) => Number(ENTRY_STEM.test(stemOf(path)))),
    sharedName: of((_, _path, name) => Number(SHARED.test(name))),
    declarations: of((_, _path, name) => Number(DECLARATIONS.test(name))),
    endingShare: of((_, path) => (endings.get(endingOf(path)) ?? 0) / Math.max(1, measure.length)),
  }
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1)
}
