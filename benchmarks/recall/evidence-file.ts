import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Evidence, evidenceNames } from '@patchlane/context-builder'

/** The files that lead in one case: a row of evidence for each. */
export interface EvidenceCase {
  /** Row by row, little-endian. */
  values: Float32Array<ArrayBuffer>
  files: number
  /** Rows of the files that the commit modified. */
  answer: number[]
  /** How many files it modified, those that do not lead too. */
  modified: number
  /** Whether past commits were known. */
  past: boolean
  /** Whether the texts of the files were known. */
  texts: boolean
}

export interface EvidenceFile {
  repository: string
  /** The commit the cases were counted back from. */
  head: string
  cases: EvidenceCase[]
}

/** Keeps the evidence of a repository's cases as two files: what they are, and the numbers. */
export async function writeEvidence(directory: string, { repository, head, cases }: EvidenceFile): Promise<void> {
  const described = { repository, head, evidence: evidenceNames, cases: cases.map(({ values: _, ...one }) => one) }
  await writeFile(
    join(directory, `${repository}.f32`),
    Buffer.concat(cases.map(({ values }) => Buffer.from(values.buffer))),
  )
  await writeFile(join(directory, `${repository}.json`), JSON.stringify(described))
}

/** Columns to rows. */
export function evidenceRows(evidence: Evidence): Float32Array<ArrayBuffer> {
  const width = evidenceNames.length
  const values = new Float32Array(evidence.score.length * width)
  for (const [column, name] of evidenceNames.entries()) {
    for (const [row, value] of evidence[name].entries()) values[row * width + column] = value
  }
  return values
}
