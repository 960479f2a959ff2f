import { cleanEnvironment, type ProcessResult, runProcess } from '@patchlane/process'
import { AsyncChannel } from '../async-channel.ts'
import { AgentFailedError, AgentQuarantinedError } from '../errors.ts'
import type { Agent, AgentEvent, AssignedSubtask, WorkspaceView } from '../ports/agent.ts'
import type { AgentContext } from '../ports/context-provider.ts'
import type { DroppedFiles, FeedbackDrop } from './feedback-drop.ts'
import { OutputLines } from './output-lines.ts'
import type { RepositoryGuard } from './repository-guard.ts'
import type { Sandbox } from './sandbox.ts'

export interface CommandAgentOptions {
  readonly name: string
  /** Program and arguments; never a shell line. Started in the workspace's folder. */
  readonly command: readonly string[]
  readonly drop: FeedbackDrop
  /** Added to the harmless variables of this process; nothing else is handed on, secrets least of all. */
  readonly env?: Readonly<Record<string, string>>
  /** @default 3_600_000 */
  readonly timeoutMs?: number
  /** Without one, nothing is compared. */
  readonly guard?: RepositoryGuard | undefined
  /** Without one, the process runs unconfined. */
  readonly sandbox?: Sandbox | undefined
}

/** Kept of the output for the message of a failure. */
const KEPT_OUTPUT_BYTES = 65_536

/**
 * Any program that edits files, as an agent. It finds its task in files named by `PATCHLANE_TASK`, `PATCHLANE_CONTEXT` and, from the second
 * attempt, `PATCHLANE_FEEDBACK`; what differs in the workspace when it ends with exit status 0 is what it proposes.
 */
export class CommandAgent implements Agent {
  readonly name: string
  readonly #options: CommandAgentOptions

  constructor(options: CommandAgentOptions) {
    this.name = options.name
    this.#options = options
  }

  async *run(
    subtask: AssignedSubtask,
    context: AgentContext,
    workspace: WorkspaceView,
    signal: AbortSignal,
  ): AsyncGenerator<AgentEvent, void, undefined> {
    signal.throwIfAborted()
    const ended = new AbortController()
    const output = new AsyncChannel<AgentEvent>({ droppable: () => true })
    const work = this.#work(subtask, context, workspace, AbortSignal.any([signal, ended.signal]), (event) =>
      output.push(event),
    ).then(
      () => output.close(),
      (thrown: unknown) => output.close({ thrown }),
    )
    try {
      yield* output
      yield { type: 'proposed', changes: await workspace.capture() }
    } finally {
      // A reader that stops early must not leave the process behind.
      ended.abort()
      await work
    }
  }

  async #work(
    subtask: AssignedSubtask,
    context: AgentContext,
    workspace: WorkspaceView,
    signal: AbortSignal,
    onEvent: (event: AgentEvent) => void,
  ): Promise<void> {
    const { guard, drop } = this.#options
    const before = await guard?.snapshot()
    const files = await drop.open(filesFor(subtask, context))
    try {
      const result = await this.#runProgram(subtask, workspace, files, signal, onEvent)
      signal.throwIfAborted()
      if (guard !== undefined && before !== undefined) {
        const differences = await guard.compare(before)
        if (differences.length > 0) throw new AgentQuarantinedError(this.name, differences)
      }
      this.#assertSuccess(result)
    } finally {
      await files.dispose()
    }
  }

  async #runProgram(
    subtask: AssignedSubtask,
    workspace: WorkspaceView,
    files: DroppedFiles,
    signal: AbortSignal,
    onEvent: (event: AgentEvent) => void,
  ): Promise<ProcessResult> {
    const [file = '', ...args] = this.#options.command
    const command = this.#options.sandbox?.wrap({ file, args }, workspace.directory) ?? { file, args }
    const lines = {
      stdout: new OutputLines((text) => onEvent({ type: 'output', stream: 'stdout', text })),
      stderr: new OutputLines((text) => onEvent({ type: 'output', stream: 'stderr', text })),
    }
    let tracked: Promise<(() => Promise<unknown>) | undefined> | undefined
    const result = await runProcess({
      file: command.file,
      args: command.args,
      cwd: workspace.directory,
      env: environmentOf(subtask, workspace, files, this.#options.env),
      timeoutMs: this.#options.timeoutMs ?? 3_600_000,
      maxOutputBytes: KEPT_OUTPUT_BYTES,
      signal,
      onOutput: (chunk, stream) => lines[stream].push(chunk),
      onStart: (pid) => {
        // A lease that was lost is found by its heartbeat; it need not fail here, too.
        tracked = workspace.track?.(pid).catch(() => undefined)
      },
    })
    const untrack = await tracked
    await untrack?.()
    lines.stdout.end()
    lines.stderr.end()
    return result
  }

  #assertSuccess(result: ProcessResult): void {
    if (result.timedOut) {
      const seconds = Math.round(result.durationMs / 1000)
      throw new AgentFailedError(`${this.name} was ended after ${seconds} seconds, its time limit.`)
    }
    if (result.exitCode === 0) return
    const how = result.exitCode === null ? `by signal ${result.signal}` : `with exit status ${result.exitCode}`
    const [last] = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-1)
    throw new AgentFailedError(`${this.name} ended ${how}${last ? `: ${last.slice(0, 500)}` : ''}.`)
  }
}

const taskFile = 'task.json'
const contextFile = 'context.txt'
const feedbackFile = 'feedback.json'

function filesFor(subtask: AssignedSubtask, context: AgentContext): Record<string, string> {
  const { runId, id, title, description, files, attempt, feedback } = subtask
  const task = { runId, id, title, description, files, attempt, stamp: context.stamp }
  return {
    [taskFile]: `${JSON.stringify(task, null, 2)}\n`,
    [contextFile]: context.text,
    ...(feedback === null ? {} : { [feedbackFile]: `${JSON.stringify(feedback, null, 2)}\n` }),
  }
}

function environmentOf(
  subtask: AssignedSubtask,
  workspace: WorkspaceView,
  files: DroppedFiles,
  extra: CommandAgentOptions['env'] = {},
): Record<string, string> {
  return cleanEnvironment({
    // Its git must not wait for, or be refused, the index of a directory it sees read-only.
    GIT_OPTIONAL_LOCKS: '0',
    ...extra,
    PATCHLANE_RUN: subtask.runId,
    PATCHLANE_SUBTASK: subtask.id,
    PATCHLANE_ATTEMPT: String(subtask.attempt),
    PATCHLANE_BASE: workspace.commit,
    PATCHLANE_TASK: files.path(taskFile),
    PATCHLANE_CONTEXT: files.path(contextFile),
    PATCHLANE_FEEDBACK: subtask.feedback === null ? undefined : files.path(feedbackFile),
  })
}
