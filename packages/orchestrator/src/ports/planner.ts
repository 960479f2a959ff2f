import type { Plan } from '../plan/plan-schema.ts'

export interface PlanRequest {
  /** What the planner plans from: the text of a plan file, or a task in words. */
  readonly text: string
  readonly signal: AbortSignal
}

/** Turns a request into subtasks. The plan it answers with has passed {@link checkPlan}. */
export interface Planner {
  plan(request: PlanRequest): Promise<Plan>
}
