import { errorMessage } from '@patchlane/kernel'
import { z } from 'zod'
import type { FileMerger } from '../merge-file.ts'

/** One line of a batch. With `base64`, contents are bytes; else they are UTF-8 text. A missing or null base means both created the file. */
export const batchLineSchema = z.object({
  id: z.union([z.string(), z.number()]),
  path: z.string().min(1),
  base: z.string().nullish(),
  ours: z.string(),
  theirs: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
})

/** One answer of a batch, in the order of the lines. */
export interface BatchAnswer {
  readonly id: string | number | null
  readonly clean: boolean
  /** The merged file, with conflict markers where it is not clean; null where the line could not be read. */
  readonly merged: string | null
  readonly strategy: string
  readonly conflicts: number
  readonly notes: readonly string[]
  /** True for a clean answer that is less sure than one that stands by itself. */
  readonly needsReview: boolean
  /** How likely people are to have written the same, from 0 to 1, where that can be told. */
  readonly confidence?: number
  readonly error?: string
}

/** Merges files given as JSON lines and yields one JSON line each, in their order. A bad line has an answer too, and ends nothing. */
export async function* mergeBatch(
  lines: AsyncIterable<string> | Iterable<string>,
  merger: FileMerger,
): AsyncGenerator<string> {
  for await (const line of lines) {
    if (line.trim() === '') continue
    yield `${JSON.stringify(await answerTo(line, merger))}\n`
  }
}

async function answerTo(line: string, merger: FileMerger): Promise<BatchAnswer> {
  let id: BatchAnswer['id'] = null
  try {
    const value: unknown = JSON.parse(line)
    id = z.object({ id: batchLineSchema.shape.id }).safeParse(value).data?.id ?? null
    const { path, base, ours, theirs, encoding } = batchLineSchema.parse(value)
    const bytes = (text: string) => new Uint8Array(Buffer.from(text, encoding))
    const result = await merger.merge({
      path,
      base: base == null ? null : bytes(base),
      ours: bytes(ours),
      theirs: bytes(theirs),
    })
    const merged = Buffer.from(result.content).toString(encoding)
    return {
      id,
      clean: result.clean,
      merged,
      strategy: result.strategy,
      conflicts: result.conflicts,
      notes: result.notes,
      needsReview: result.needsReview,
      ...(result.confidence === undefined ? {} : { confidence: result.confidence }),
    }
  } catch (thrown) {
    const none = { clean: false, merged: null, strategy: 'none', conflicts: 0, notes: [], needsReview: false }
    return { id, ...none, error: errorMessage(thrown) }
  }
}

/** Splits chunks of text into lines. */
export async function* linesOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}
