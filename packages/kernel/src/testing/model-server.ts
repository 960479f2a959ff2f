import { createServer, type IncomingMessage } from 'node:http'
import { z } from 'zod'

/** One question, as a model provider is asked it over the wire. */
export interface ModelQuestion {
  readonly provider: 'anthropic' | 'openai'
  readonly model: string
  readonly system: string
  /** What was said, in order, without the system's part. */
  readonly messages: readonly { readonly role: string; readonly text: string }[]
  /** The key the caller sent. */
  readonly key: string | undefined
}

/** The words of an answer, or an HTTP status to fail with. */
export type ModelReply = string | { readonly status: number }

export interface ModelServer {
  /** Of the Messages API of Anthropic, without a path. */
  readonly anthropicUrl: string
  /** Of the chat completions of OpenAI, with `/v1`. */
  readonly openAiUrl: string
  readonly questions: readonly ModelQuestion[]
  close(): Promise<void>
}

const text = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
])
const bodySchema = z.object({
  model: z.string(),
  system: text.default(''),
  messages: z.array(z.object({ role: z.string(), content: text })),
})

/** A local server that speaks what model providers speak over the wire, so that the real clients can be tested; the answers come from `reply`. */
export async function startModelServer(reply: (question: ModelQuestion) => ModelReply): Promise<ModelServer> {
  const questions: ModelQuestion[] = []
  const server = createServer(async (request, response) => {
    const provider = request.url?.startsWith('/v1/messages') === true ? 'anthropic' : 'openai'
    const question = await readQuestion(request, provider)
    questions.push(question)
    const answer = reply(question)
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (typeof answer !== 'string') send(answer.status, { error: { type: 'error', message: 'as the test asked' } })
    else
      send(
        200,
        provider === 'anthropic' ? anthropicAnswer(question.model, answer) : openAiAnswer(question.model, answer),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return {
    anthropicUrl: origin,
    openAiUrl: `${origin}/v1`,
    questions,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

async function readQuestion(request: IncomingMessage, provider: ModelQuestion['provider']): Promise<ModelQuestion> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const { model, system, messages } = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
  const said = messages.map(({ role, content }) => ({ role, text: content }))
  const isSystem = ({ role }: { role: string }) => role === 'system' || role === 'developer'
  const header = request.headers['x-api-key'] ?? request.headers.authorization?.replace('Bearer ', '')
  return {
    provider,
    model,
    system: [system, ...said.filter(isSystem).map((message) => message.text)].join(''),
    messages: said.filter((message) => !isSystem(message)),
    key: typeof header === 'string' ? header : undefined,
  }
}

function anthropicAnswer(model: string, answer: string): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: answer }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }
}

function openAiAnswer(model: string, answer: string): object {
  const message = { role: 'assistant', content: answer, refusal: null }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}
