import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { PlanInvalidError } from '../errors.ts'
import type { Planner, PlanRequest } from '../ports/planner.ts'
import { checkPlan } from './check-plan.ts'
import { type Plan, planSchema } from './plan-schema.ts'

const MAX_PLAN_CHARACTERS = 2_000_000
const MAX_PROBLEMS = 20

/** Reads a plan from the text of a plan file, YAML or JSON. */
export class FilePlanner implements Planner {
  async plan(request: PlanRequest): Promise<Plan> {
    return parsePlan(request.text)
  }
}

/** @throws {PlanInvalidError} naming each problem by line or by place in the file. */
export function parsePlan(text: string): Plan {
  if (text.length > MAX_PLAN_CHARACTERS) {
    throw new PlanInvalidError([`it is longer than ${MAX_PLAN_CHARACTERS} characters`])
  }
  const lineCounter = new LineCounter()
  // JSON is YAML 1.2, so one parser reads both. Aliases are bounded, so that a small file cannot grow without limit.
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  if (document.errors.length > 0) {
    throw new PlanInvalidError(
      document.errors.slice(0, MAX_PROBLEMS).map((error) => {
        const { line, col } = lineCounter.linePos(error.pos[0])
        return `line ${line}, column ${col}: ${error.message}`
      }),
    )
  }
  const value = plainValue(() => document.toJS({ maxAliasCount: 100 }))
  const parsed = planSchema.safeParse(value)
  if (!parsed.success) {
    throw new PlanInvalidError(problemsOf(parsed.error.issues).slice(0, MAX_PROBLEMS), { cause: parsed.error })
  }
  checkPlan(parsed.data)
  return parsed.data
}

function plainValue(read: () => unknown): unknown {
  try {
    return read()
  } catch (cause) {
    throw new PlanInvalidError(['it uses too many aliases'], { cause })
  }
}

function problemsOf(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.map((issue) => {
    const place = issue.path.length === 0 ? 'the plan' : issue.path.join('.')
    // Of the forms an agent may have, the one of its kind says what is missing.
    const ofItsKind =
      issue.code === 'invalid_union'
        ? issue.errors.find((errors) => errors.every(({ path }) => path[0] !== 'kind'))
        : undefined
    const details =
      ofItsKind === undefined
        ? ''
        : ` (${ofItsKind.map((detail) => `${detail.path.join('.')}: ${detail.message}`).join(', ')})`
    return `${place}: ${issue.message}${details}`
  })
}
