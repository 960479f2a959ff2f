import { type SubtaskId, subtaskIdSchema } from '@patchlane/kernel'
import { z } from 'zod'
import { type Plan, subtaskSchema } from './plan-schema.ts'

/** What becomes one patch: a subtask, or the subtasks of one group. */
export const unitSchema = z.object({
  /** The subtask's id, or the group's. */
  id: subtaskIdSchema,
  members: z.array(subtaskSchema).min(1),
  /** Units that must have landed first. */
  dependsOn: z.array(subtaskIdSchema),
})
export type Unit = z.infer<typeof unitSchema>

/** The units of a plan, those of higher priority first, else in the order of the plan. */
export function unitsOf(plan: Plan): Unit[] {
  const members = Map.groupBy(plan.subtasks, (subtask) => subtask.group ?? subtask.id)
  const unitOf = new Map<SubtaskId, SubtaskId>()
  for (const subtask of plan.subtasks) unitOf.set(subtask.id, subtask.group ?? subtask.id)
  return [...members]
    .map(([id, subtasks]) => ({
      id,
      members: subtasks,
      dependsOn: [...new Set(subtasks.flatMap((subtask) => subtask.dependsOn.map((on) => unitOf.get(on) ?? on)))],
    }))
    .sort((a, b) => priorityOf(b) - priorityOf(a))
}

/** A group is as urgent as its most urgent member. */
export function priorityOf(unit: Pick<Unit, 'members'>): number {
  return Math.max(...unit.members.map((subtask) => subtask.priority))
}
