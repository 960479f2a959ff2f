import { InvalidInputError } from '@patchlane/kernel'
import { z } from 'zod'
import { toJson, withoutCacheMarks } from '../prompt-hasher.ts'

const blockSchema = z.looseObject({})
type Block = z.infer<typeof blockSchema>
const bodySchema = z.looseObject({
  model: z.string(),
  tools: z.array(z.looseObject({ name: z.string().default('') })).optional(),
  system: z.union([z.string(), z.array(blockSchema)]).optional(),
  messages: z.array(z.looseObject({ content: z.union([z.string(), z.array(blockSchema)]) })),
})

export type CacheTtl = '5m' | '1h'

export interface AnthropicPlanOptions {
  /** How many of the first messages are the same for many agents (conventions, repository map). @default 0 */
  sharedMessages?: number
  /** How many content blocks the messages of the previous request of this conversation had. @default unknown */
  previousBlocks?: number
  /** For tools, system and shared messages. @default '1h' */
  prefixTtl?: CacheTtl
  /** @default one token for four characters */
  countTokens?: (text: string) => number
}

export interface Breakpoint {
  /** Where the mark is: `system[0]`, `tools[3]`, `messages[4].content[1]`. */
  at: string
  ttl: CacheTtl
  /** Estimated tokens of the prefix that ends here. */
  tokens: number
}

export interface AnthropicPlan {
  /** The body with `cache_control` in place: earlier marks replaced, tools sorted by name. */
  body: Record<string, unknown>
  breakpoints: Breakpoint[]
  /** What keeps the prompt from being cached well. */
  warnings: string[]
}

const MAX_BREAKPOINTS = 4
/** The provider looks back 20 blocks from a mark for an entry written earlier; the rest is a margin. */
const STRIDE = 15
const LOOKBACK = 20

/** Below so many tokens the provider ignores a mark. */
export function anthropicMinimumTokens(model: string): number {
  if (/opus-4-[5-8]|haiku-4-5/.test(model)) return 4096
  if (/sonnet-4-6|fable-5/.test(model)) return 2048
  return 1024
}

/**
 * Places the four marks that Anthropic's prompt caching allows: after tools and system, after the shared messages, at the end,
 * and on the way to the end where more blocks were added than the provider looks back over. Longer times to live come first.
 */
export function planAnthropicCache(body: unknown, options: AnthropicPlanOptions = {}): AnthropicPlan {
  const parsed = bodySchema.safeParse(withoutCacheMarks(toJson(body, 'body')))
  if (!parsed.success) throw new InvalidInputError(`Not a body of the Messages API: ${z.prettifyError(parsed.error)}`)
  const { countTokens = (text: string) => Math.ceil(text.length / 4), prefixTtl = '1h' } = options
  const plain = parsed.data
  const tools = plain.tools?.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const system = asBlocks(plain.system)
  const messages = plain.messages.map((message) => ({ ...message, content: asBlocks(message.content) ?? [] }))

  const sizes: number[] = []
  const places: { at: string; block: Block }[] = []
  const add = (at: string, block: Block) => {
    places.push({ at, block })
    sizes.push((sizes.at(-1) ?? 0) + countTokens(JSON.stringify(block)))
  }
  for (const [index, block] of (tools ?? []).entries()) add(`tools[${index}]`, block)
  for (const [index, block] of (system ?? []).entries()) add(`system[${index}]`, block)
  const head = places.length
  let shared = head
  for (const [index, message] of messages.entries()) {
    for (const [inner, block] of message.content.entries()) add(`messages[${index}].content[${inner}]`, block)
    if (index < (options.sharedMessages ?? 0)) shared = places.length
  }

  const minimum = anthropicMinimumTokens(plain.model)
  const warnings: string[] = []
  const marks = new Map<number, CacheTtl>()
  const mark = (end: number, ttl: CacheTtl): void => {
    const index = places.slice(0, end).findLastIndex(({ block }) => canBear(block))
    if (index >= 0 && (sizes[index] ?? 0) >= minimum && !marks.has(index)) marks.set(index, ttl)
  }
  mark(head, prefixTtl)
  if (shared > head) mark(shared, prefixTtl)
  const from = options.previousBlocks === undefined ? undefined : head + options.previousBlocks
  for (const end of stations(from ?? Math.max(shared, places.length - STRIDE), places.length).slice(
    -(MAX_BREAKPOINTS - marks.size),
  ))
    mark(end, '5m')

  const last = [...marks.keys()].sort((a, b) => a - b)
  if (marks.size === 0)
    warnings.push(`The prompt has about ${sizes.at(-1) ?? 0} tokens; this model caches none below ${minimum}.`)
  const first = last.find((index) => marks.get(index) === '5m')
  if (from !== undefined && first !== undefined && first + 1 - from > LOOKBACK)
    warnings.push(`${places.length - from} blocks were added since the last request; what it cached is out of reach.`)
  for (const [index, ttl] of marks) {
    const place = places[index]
    if (place !== undefined)
      place.block.cache_control = ttl === '1h' ? { type: 'ephemeral', ttl } : { type: 'ephemeral' }
  }
  return {
    body: {
      ...plain,
      ...(tools === undefined ? {} : { tools }),
      ...(system === undefined ? {} : { system }),
      messages,
    },
    breakpoints: last.map((index) => ({
      at: places[index]?.at ?? '',
      ttl: marks.get(index) ?? '5m',
      tokens: sizes[index] ?? 0,
    })),
    warnings,
  }
}

/** Ends of strides from one block count to another, the last included. */
function stations(from: number, to: number): number[] {
  const ends: number[] = []
  for (let end = from + STRIDE; end < to; end += STRIDE) ends.push(end)
  return [...ends, to]
}

function asBlocks(content: string | Block[] | undefined): Block[] | undefined {
  if (typeof content !== 'string') return content
  return content === '' ? [] : [{ type: 'text', text: content }]
}

/** The provider refuses a mark on thinking and on empty text. */
function canBear(block: Block): boolean {
  if (block.type === 'thinking' || block.type === 'redacted_thinking') return false
  return block.type !== 'text' || block.text !== ''
}
