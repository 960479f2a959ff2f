import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage } from '@langchain/core/messages'
import type { ConflictResolver, ResolverAnswer, ResolverRequest } from '../merge-strategy.ts'
import { fileOf, readAnswer } from './resolver-answer.ts'
import { resolverPrompt } from './resolver-prompt.ts'

export interface ModelResolverOptions {
  /** Any chat model of LangChain, with its own limits, retries and cache. */
  model: BaseChatModel
  /** What reports and risk rules call it: `resolver:NAME`. @default "model" */
  name?: string
  /** For one question, in milliseconds; there are two at most. @default 120_000 */
  timeoutMs?: number
  /** Longest question, in characters; longer ones are left to people. @default 200_000 */
  maxCharacters?: number
}

/** An answer that does not keep to the form is asked for once more. */
const QUESTIONS = 2

/**
 * Asks a chat model to settle a conflict, with both intents before it. The model sees the lines in conflict and those around, and answers for these lines
 * alone: the rest of the file is not its to write. What it answers is marked and stands behind the guards, as every resolver's answer does.
 */
export class ModelResolver implements ConflictResolver {
  readonly name: string
  readonly #model: BaseChatModel
  readonly #timeoutMs: number
  readonly #maxCharacters: number

  constructor(options: ModelResolverOptions) {
    this.name = options.name ?? 'model'
    this.#model = options.model
    this.#timeoutMs = options.timeoutMs ?? 120_000
    this.#maxCharacters = options.maxCharacters ?? 200_000
  }

  async resolve(request: ResolverRequest, signal?: AbortSignal): Promise<ResolverAnswer> {
    const { system, question, tag } = resolverPrompt(request)
    if (question.length > this.#maxCharacters) {
      return { left: `the conflict is too long to be asked about: ${question.length} characters` }
    }
    const count = request.segments.filter(({ kind }) => kind === 'conflict').length
    const messages: BaseMessage[] = [new SystemMessage(system), new HumanMessage(question)]
    if (request.refused !== undefined) messages.push(...afterRefusal(request.refused, tag))
    let problem = ''
    for (let asked = 0; asked < QUESTIONS; asked++) {
      const text = await this.#ask(messages, signal)
      const answer = readAnswer(text, tag, count)
      if (answer.kind === 'left') return { left: answer.reason }
      if (answer.kind === 'resolved') {
        const note = answer.note === undefined || answer.note === '' ? {} : { note: answer.note }
        return { text: fileOf(request, answer.bodies), ...note }
      }
      problem = answer.problem
      messages.push(
        new AIMessage(text),
        new HumanMessage(`That cannot be read: ${problem}. Answer once more, in the form asked for.`),
      )
    }
    return { left: `its answer could not be read: ${problem}` }
  }

  async #ask(messages: readonly BaseMessage[], signal: AbortSignal | undefined): Promise<string> {
    const limit = AbortSignal.timeout(this.#timeoutMs)
    const answer = await this.#model.invoke([...messages], {
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    return answer.text
  }
}

/** The model sees what became of its first answer. */
function afterRefusal({ text, reason }: NonNullable<ResolverRequest['refused']>, tag: string): BaseMessage[] {
  return [
    new AIMessage(`The whole file as I would merge it:\n<file-${tag}>\n${text}</file-${tag}>`),
    new HumanMessage(
      `That merge was refused: ${reason}. Answer once more in the form asked for, so that this does not happen, or leave the file.`,
    ),
  ]
}
