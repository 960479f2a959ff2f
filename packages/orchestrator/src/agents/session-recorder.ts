import type { FileChange, FileVersion } from '@patchlane/kernel'
import type { Agent, AgentEvent } from '../ports/agent.ts'
import type { Session, SessionEvent } from './session.ts'

type Attempt = Session['attempts'][number]

/** Makes a session out of the runs of an agent of any kind. */
export class SessionRecorder {
  readonly #attempts = new Map<string, Attempt[]>()
  readonly #now: () => number

  /** @param now milliseconds, of a clock that does not go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The same agent, recorded. Attempts that failed are recorded up to where they failed. */
  record(agent: Agent): Agent {
    const recorder = this
    return {
      name: agent.name,
      async *run(subtask, ...rest) {
        const startedAt = recorder.#now()
        const attempt: Attempt = { events: [], description: '' }
        const attempts = recorder.#attempts.get(subtask.id) ?? []
        recorder.#attempts.set(subtask.id, attempts)
        attempts[subtask.attempt - 1] = attempt
        for await (const event of agent.run(subtask, ...rest)) {
          const at = Math.max(0, Math.round(recorder.#now() - startedAt))
          attempt.events.push(...sessionEvents(event, at))
          if (event.type === 'proposed') attempt.description = event.description ?? ''
          yield event
        }
      },
    }
  }

  /** What was recorded of a subtask; undefined if it never ran. */
  session(subtaskId: string, agent: string): Session | undefined {
    const attempts = this.#attempts.get(subtaskId)
    if (attempts === undefined) return undefined
    const complete = Array.from(attempts, (attempt) => attempt ?? { events: [], description: '' })
    return { format: 'patchlane-session', version: 1, agent, attempts: complete }
  }
}

function sessionEvents(event: AgentEvent, at: number): SessionEvent[] {
  if (event.type !== 'proposed') return [{ ...event, at }]
  return event.changes.flatMap((change) => editsOf(change, at))
}

function editsOf(change: FileChange, at: number): SessionEvent[] {
  const { path } = change
  const edit = { type: 'edit', at, path } as const
  if (change.kind === 'create') return [{ ...edit, ...writeOf(change.after), before: null }]
  if (change.kind === 'delete') return [{ ...edit, edit: 'delete' }]
  const moved: SessionEvent[] = change.kind === 'rename' ? [{ ...edit, edit: 'rename', from: change.from }] : []
  if (change.before.oid === change.after.oid && change.before.mode === change.after.mode) return moved
  const replacement = change.before.mode === change.after.mode ? replacementOf(change.before, change.after) : undefined
  if (replacement !== undefined) return [...moved, { ...edit, edit: 'replace', ...replacement }]
  return [...moved, { ...edit, ...writeOf(change.after), before: change.before.oid }]
}

function writeOf({ content, mode }: FileVersion) {
  const text = textOf(content)
  return text === undefined
    ? ({ edit: 'write', content: Buffer.from(content).toString('base64'), encoding: 'base64', mode } as const)
    : ({ edit: 'write', content: text, encoding: 'utf8', mode } as const)
}

/** The lines from the first to the last that differ, widened until they occur once; undefined where text cannot say it. */
function replacementOf(before: FileVersion, after: FileVersion): { find: string; replace: string } | undefined {
  const [was, is] = [textOf(before.content), textOf(after.content)]
  if (was === undefined || is === undefined) return undefined
  const [old, now] = [lines(was), lines(is)]
  let head = 0
  while (head < old.length && head < now.length && old[head] === now[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++
  for (;;) {
    const find = old.slice(head, old.length - tail).join('')
    if (find !== '' && was.indexOf(find) === was.lastIndexOf(find)) {
      return { find, replace: now.slice(head, now.length - tail).join('') }
    }
    if (head === 0 && tail === 0) return undefined
    head = Math.max(0, head - 1)
    tail = Math.max(0, tail - 1)
  }
}

function lines(text: string): string[] {
  return text.split(/(?<=\n)/)
}

function textOf(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined
  }
}
