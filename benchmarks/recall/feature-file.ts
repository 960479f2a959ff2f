import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FeatureName, featureNames } from '@patchlane/context-builder'
import { z } from 'zod'

const schema = z.object({
  repository: z.string(),
  /** The commit the cases were counted back from. */
  head: z.string(),
  features: z.array(z.string()),
  cases: z.array(z.object({ files: z.number(), answer: z.array(z.number()), missing: z.number() })),
})

/** The candidates of one case: a row of features per implementation file. */
export interface FeatureCase {
  /** Row by row. */
  values: Float32Array<ArrayBuffer>
  files: number
  /** Rows of the files that the commit modified. */
  answer: number[]
  /** Files of the answer that are no candidates. */
  missing: number
}

export interface FeatureFile {
  repository: string
  head: string
  cases: FeatureCase[]
}

/** Keeps the features of a repository's cases as two files: what they are, and the numbers. */
export async function writeFeatures(directory: string, { repository, head, cases }: FeatureFile): Promise<void> {
  const described = {
    repository,
    head,
    features: [...featureNames],
    cases: cases.map(({ files, answer, missing }) => ({ files, answer, missing })),
  }
  await writeFile(
    join(directory, `${repository}.f32`),
    Buffer.concat(cases.map(({ values }) => Buffer.from(values.buffer))),
  )
  await writeFile(join(directory, `${repository}.json`), JSON.stringify(described satisfies z.input<typeof schema>))
}

export async function readFeatures(directory: string, repository: string): Promise<FeatureFile> {
  const described = schema.parse(JSON.parse(await readFile(join(directory, `${repository}.json`), 'utf8')))
  if (described.features.join() !== featureNames.join()) throw new Error(`${repository}: other features; dump anew.`)
  const bytes = await readFile(join(directory, `${repository}.f32`))
  let at = 0
  const cases = described.cases.map(({ files, answer, missing }) => {
    const values = new Float32Array(files * featureNames.length)
    bytes.copy(Buffer.from(values.buffer), 0, at, at + values.byteLength)
    at += values.byteLength
    return { values, files, answer, missing }
  })
  return { repository: described.repository, head: described.head, cases }
}

/** Features side by side to rows. */
export function rowsOf(features: Record<FeatureName, Float64Array>, files: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(files * featureNames.length)
  for (const [column, name] of featureNames.entries()) {
    for (let row = 0; row < files; row++) values[row * featureNames.length + column] = features[name][row] ?? 0
  }
  return values
}
