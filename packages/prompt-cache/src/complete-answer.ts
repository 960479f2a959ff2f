import { z } from 'zod'

const anthropic = z.looseObject({
  type: z.literal('message'),
  stop_reason: z.enum(['end_turn', 'stop_sequence', 'tool_use']),
})
const openAiChat = z.looseObject({
  object: z.literal('chat.completion'),
  choices: z.array(z.looseObject({ finish_reason: z.enum(['stop', 'tool_calls', 'function_call']) })).min(1),
})
const openAiResponse = z.looseObject({ object: z.literal('response'), status: z.literal('completed') })
const complete = z.union([anthropic, openAiChat, openAiResponse])

/**
 * Whether a value is a finished answer of Anthropic's or OpenAI's API: not cut off at a token limit, paused, filtered, failed
 * or still running. False for anything it does not know.
 */
export function isCompleteAnswer(value: unknown): boolean {
  return complete.safeParse(value).success
}
