import type { PatchStatus } from '@patchlane/kernel'
import type { RunEvent } from '@patchlane/pipeline'
import { z } from 'zod'
import { isStatus } from '../text/status-text.ts'

/** Where a subtask is: before its patch exists, on the patch's road, or at its end. */
export type Stage = 'waiting' | 'working' | PatchStatus | 'failed'

export interface RunRow {
  subtask: string
  title: string
  agent: string
  stage: Stage
  /** What was last said about it. */
  activity: string
  patchId: string | undefined
  attempt: number
  /** Attempts allowed, once known. */
  of: number | undefined
  landedCommit: string | undefined
  startedAt: number | undefined
  endedAt: number | undefined
}

const plannedSchema = z.object({
  subtasks: z.array(z.object({ id: z.string(), title: z.string().default(''), agent: z.string().default('') })),
})
const startedSchema = z.object({ target: z.string() })
const attemptSchema = z.object({ attempt: z.number(), of: z.number().optional() })
const settledSchema = z.object({ landedCommit: z.string().nullish() })

/** A run as its events tell it, for whoever draws it. Unknown events change nothing but what was last said. */
export class RunModel {
  readonly runId: string
  readonly startedAt: number
  title = ''
  target = ''
  readonly rows: RunRow[] = []

  constructor(runId: string, startedAt: number) {
    this.runId = runId
    this.startedAt = startedAt
  }

  apply(event: RunEvent): void {
    if (event.type === 'run.started') this.target = startedSchema.safeParse(event.data).data?.target ?? this.target
    if (event.type === 'run.planned') this.#plan(event)
    if (event.subtask !== undefined) this.#advance(this.#row(event.subtask, event.agent), event)
  }

  #plan(event: RunEvent): void {
    this.title = event.message ?? this.title
    for (const { id, title, agent } of plannedSchema.safeParse(event.data).data?.subtasks ?? []) {
      const row = this.#row(id, agent)
      row.title = title
    }
  }

  #advance(row: RunRow, event: RunEvent): void {
    row.patchId = event.patchId ?? row.patchId
    if (event.message !== undefined && event.message !== '') row.activity = event.message
    const attempt = attemptSchema.safeParse(event.data).data
    row.attempt = attempt?.attempt ?? row.attempt
    row.of = attempt?.of ?? row.of
    row.landedCommit = settledSchema.safeParse(event.data).data?.landedCommit ?? row.landedCommit
    if (event.status !== undefined && isStatus(event.status)) row.stage = event.status
    switch (event.type) {
      case 'subtask.waiting':
        row.stage = 'waiting'
        break
      case 'subtask.retrying':
      case 'agent.started':
        row.stage = 'working'
        row.startedAt ??= event.at
        if (event.type === 'agent.started') row.activity = ''
        break
      case 'agent.finished':
        row.activity = 'proposes its changes'
        break
      case 'patch.proposed':
      case 'patch.moved':
        row.activity = ''
        break
      case 'subtask.finished':
        row.endedAt = event.at
        break
    }
  }

  #row(subtask: string, agent: string | undefined): RunRow {
    const known = this.rows.find((row) => row.subtask === subtask)
    if (known !== undefined) return known
    const row: RunRow = {
      subtask,
      title: '',
      agent: agent ?? '',
      stage: 'waiting',
      activity: '',
      patchId: undefined,
      attempt: 1,
      of: undefined,
      landedCommit: undefined,
      startedAt: undefined,
      endedAt: undefined,
    }
    this.rows.push(row)
    return row
  }
}
