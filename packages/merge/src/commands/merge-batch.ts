import { errorMessage } from '@patchlane/kernel'
import { z } from 'zod'
import { MergeUsageError } from '../errors.ts'
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
  lines: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>,
  merger: FileMerger,
): AsyncGenerator<string> {
  for await (const line of lines) {
    if (isBlank(line)) continue
    yield `${JSON.stringify(await answerTo(line, merger))}\n`
  }
}

/** Decided by the first character that is not white space: a line may be megabytes long. */
function isBlank(line: string | Uint8Array): boolean {
  return typeof line === 'string' ? !/\S/.test(line) : line.every((byte) => byte === 32 || (byte >= 9 && byte <= 13))
}

async function answerTo(line: string | Uint8Array, merger: FileMerger): Promise<BatchAnswer> {
  let id: BatchAnswer['id'] = null
  try {
    // A byte that is no UTF-8 would come back as another character.
    const text = typeof line === 'string' ? line : new TextDecoder('utf-8', { fatal: true }).decode(line)
    const value: unknown = JSON.parse(text)
    id = z.object({ id: batchLineSchema.shape.id }).safeParse(value).data?.id ?? null
    const parsed = batchLineSchema.safeParse(value)
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the line'}: ${message}`)
      throw new MergeUsageError(
        problems.join('; '),
        'Give id, path, ours and theirs as strings, and base as a string or null.',
      )
    }
    const { path, base, ours, theirs, encoding } = parsed.data
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

/** Splits chunks of bytes into lines, without their ends; what the bytes are is for the reader of a line to say. */
export async function* linesOf(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  let open: Buffer[] = []
  for await (const chunk of chunks) {
    let rest =
      typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield Buffer.concat([...open, rest.subarray(0, end)])
      open = []
      rest = rest.subarray(end + 1)
    }
    if (rest.length > 0) open.push(rest)
  }
  if (open.length > 0) yield Buffer.concat(open)
}
