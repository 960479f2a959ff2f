import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'

const caseSchema = z.object({
  recall: z.object({ '1': z.number(), '5': z.number(), '10': z.number(), '20': z.number() }),
  hit5: z.number(),
  reciprocalRank: z.number(),
  tests10: z.number().nullable(),
})

const schema = z.array(
  z.object({
    name: z.string(),
    files: z.number(),
    /** By ranker, one result per case, in the same order. */
    results: z.record(z.string(), z.array(caseSchema)),
    queryMs: z.array(z.number()),
  }),
)

export type RepositoryResult = z.infer<typeof schema>[number]

export async function writeResults(file: string, results: readonly RepositoryResult[]): Promise<void> {
  await writeFile(file, JSON.stringify(results, null, 1))
}

export async function readResults(file: string): Promise<RepositoryResult[]> {
  return schema.parse(JSON.parse(await readFile(file, 'utf8')))
}
