import { PlanInvalidError } from '../errors.ts'
import type { Plan } from './plan-schema.ts'
import { type Unit, unitsOf } from './unit.ts'

/**
 * What a schema cannot say: ids are unique, dependencies exist and go in no circle, a dependant has no base of its own.
 *
 * @throws {PlanInvalidError} with every problem found.
 */
export function checkPlan(plan: Plan): void {
  const problems = [...idProblems(plan), ...baseProblems(plan)]
  if (problems.length === 0) problems.push(...dependencyProblems(unitsOf(plan)))
  if (problems.length > 0) throw new PlanInvalidError(problems)
}

function* idProblems(plan: Plan): Iterable<string> {
  const ids = new Set<string>()
  for (const { id } of plan.subtasks) {
    if (ids.has(id)) yield `two subtasks have the id "${id}"`
    ids.add(id)
  }
  for (const group of new Set(plan.subtasks.flatMap(({ group }) => group ?? []))) {
    if (ids.has(group)) yield `"${group}" is the name of a group and the id of a subtask`
    ids.add(group)
  }
  for (const subtask of plan.subtasks) {
    for (const on of subtask.dependsOn) {
      if (!ids.has(on)) yield `"${subtask.id}" depends on "${on}", which the plan does not have`
    }
  }
}

function* baseProblems(plan: Plan): Iterable<string> {
  for (const { id, base, dependsOn } of plan.subtasks) {
    if (base !== undefined && dependsOn.length > 0) {
      yield `"${id}" has a base and dependencies; it starts from what its dependencies landed`
    }
  }
  const grouped = plan.subtasks.filter(({ group }) => group !== undefined)
  for (const [group, members] of Map.groupBy(grouped, ({ group }) => group)) {
    if (new Set(members.map(({ base }) => base)).size > 1) yield `the subtasks of group "${group}" have different bases`
  }
}

function* dependencyProblems(units: readonly Unit[]): Iterable<string> {
  const byId = new Map<string, Unit>(units.map((unit) => [unit.id, unit]))
  const state = new Map<string, 'open' | 'done'>()
  const trail: string[] = []
  function circle(id: string): string | undefined {
    if (state.get(id) === 'done') return undefined
    if (state.get(id) === 'open') return [...trail.slice(trail.indexOf(id)), id].join(' → ')
    state.set(id, 'open')
    trail.push(id)
    for (const on of byId.get(id)?.dependsOn ?? []) {
      const found = circle(on)
      if (found !== undefined) return found
    }
    trail.pop()
    state.set(id, 'done')
    return undefined
  }
  for (const { id } of units) {
    const found = circle(id)
    if (found !== undefined) {
      yield `dependencies go in a circle: ${found}`
      return
    }
  }
}
