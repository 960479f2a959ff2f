import type { PatchId, PatchStatus, RunId } from '@patchlane/kernel'
import type { RunResult } from './run-result.ts'

interface Common<Type extends string> {
  readonly type: Type
  readonly runId: RunId
  /** UTC, milliseconds. */
  readonly at: number
}

interface AboutSubtask<Type extends string> extends Common<Type> {
  readonly subtask: string
  readonly agent: string
}

interface AboutPatch<Type extends string> extends AboutSubtask<Type> {
  readonly patchId: PatchId
  readonly status: PatchStatus
}

/**
 * What happens in a run, as it happens. Of a patch that a group proposes, each subtask of the group tells its own events.
 * Every run that ends by itself ends in `run.finished`.
 */
export type RunEvent =
  | (Common<'run.started'> & {
      readonly data: { readonly target: string; readonly base: string; readonly resumed: boolean }
    })
  | (Common<'run.planned'> & {
      readonly message: string
      readonly data: {
        readonly subtasks: readonly {
          readonly id: string
          readonly title: string
          readonly agent: string
          readonly dependsOn: readonly string[]
        }[]
      }
    })
  | (AboutSubtask<'subtask.waiting'> & { readonly message: string })
  | (AboutSubtask<'subtask.preparing'> & { readonly message: string })
  | (AboutSubtask<'subtask.retrying'> & {
      readonly message: string
      readonly data: { readonly attempt: number; readonly of: number }
    })
  | (AboutSubtask<'subtask.finished'> & {
      readonly status: PatchStatus | 'failed'
      readonly message: string
      readonly data: { readonly attempts: number; readonly durationMs: number }
    })
  | (AboutSubtask<'agent.started'> & {
      readonly data: { readonly attempt: number; readonly base: string; readonly workspace: string }
    })
  | (AboutSubtask<'agent.output'> & {
      readonly message: string
      readonly data: { readonly stream: 'stdout' | 'stderr' }
    })
  | (AboutSubtask<'agent.message'> & { readonly message: string })
  | (AboutSubtask<'agent.mode'> & { readonly message: string })
  | (AboutSubtask<'agent.usage'> & {
      readonly data: { readonly inputTokens: number; readonly outputTokens: number; readonly usd: number }
    })
  | (AboutSubtask<'agent.finished'> & {
      readonly data: { readonly attempt: number; readonly files: readonly string[]; readonly durationMs: number }
    })
  | (AboutSubtask<'agent.failed'> & {
      readonly message: string
      readonly data: { readonly attempt: number; readonly code: string; readonly durationMs: number }
    })
  | (AboutPatch<'patch.proposed'> & { readonly data: { readonly attempt: number } })
  | AboutPatch<'patch.moved'>
  | (AboutPatch<'patch.settled'> & {
      readonly message: string
      readonly data: {
        readonly attempt: number
        readonly code: string
        readonly landedCommit: string | null
        /** From proposal to verdict. */
        readonly durationMs: number
      }
    })
  | (Common<'run.interrupted'> & { readonly message: string })
  | (Common<'run.failed'> & { readonly message: string; readonly data: { readonly code: string } })
  | (Common<'run.finished'> & { readonly data: RunResult })

type WithoutCommon<Event> = Event extends RunEvent ? Omit<Event, 'runId' | 'at'> : never
/** An event before the run has stamped it. */
export type RunEventDraft = WithoutCommon<RunEvent>
