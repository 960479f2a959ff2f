import { digestJson, touchedPaths } from '@patchlane/kernel'
import picomatch from 'picomatch'
import { z } from 'zod'
import type { Consultation } from './consultation.ts'
import { type RiskAssessment, riskLevelSchema } from './risk/risk-level.ts'

export const approvalDecisionSchema = z.enum(['auto', 'ask', 'deny'])

/** One rule: where all of what it names applies, its decision is one vote. */
export const approvalRuleSchema = z.strictObject({
  /** Globs; the rule applies when a touched path matches one. */
  paths: z.array(z.string()).optional(),
  risk: z.array(riskLevelSchema).optional(),
  /** Globs over the agent's name. */
  agents: z.array(z.string()).optional(),
  decision: approvalDecisionSchema,
  reason: z.string().optional(),
})
export type ApprovalRule = z.infer<typeof approvalRuleSchema>

/** Low and medium risk land by themselves; above that a person is asked. */
export const defaultApprovalRules: readonly ApprovalRule[] = [
  { risk: ['low', 'medium'], decision: 'auto' },
  { risk: ['high', 'critical'], decision: 'ask' },
]

export interface PolicyDecision {
  decision: z.infer<typeof approvalDecisionSchema>
  reasons: string[]
}

/**
 * Policy as data. Any `deny` denies. Otherwise the rules of the user win over the defaults, `ask` over `auto` among equals, and a
 * reason marked as a floor is asked about whatever the rules say.
 */
export class ApprovalPolicy {
  readonly #rules: readonly ApprovalRule[]
  /** Changes with the rules: an approval given under other rules does not count. */
  readonly version: string

  constructor(rules: readonly ApprovalRule[] = []) {
    this.#rules = z.array(approvalRuleSchema).parse(rules)
    this.version = digestJson(JSON.parse(JSON.stringify([this.#rules, defaultApprovalRules]))).slice(0, 16)
  }

  decide(consultation: Consultation, risk: RiskAssessment): PolicyDecision {
    const own = this.#rules.filter((rule) => applies(rule, consultation, risk))
    const voting = own.length > 0 ? own : defaultApprovalRules.filter((rule) => applies(rule, consultation, risk))
    const floors = risk.reasons.filter((reason) => reason.floor)
    const denials = voting.filter((rule) => rule.decision === 'deny')
    if (denials.length > 0) return { decision: 'deny', reasons: denials.map(reasonOf) }
    const asked = voting.filter((rule) => rule.decision === 'ask')
    const reasons = risk.reasons.map((reason) => reason.message)
    if (asked.length > 0)
      return { decision: 'ask', reasons: unique([...asked.flatMap((rule) => rule.reason ?? []), ...reasons]) }
    if (floors.length > 0) return { decision: 'ask', reasons: unique(floors.map((reason) => reason.message)) }
    return { decision: 'auto', reasons }
  }
}

function applies(rule: ApprovalRule, { queued, changes }: Consultation, risk: RiskAssessment): boolean {
  const { paths, agents } = rule
  if (rule.risk !== undefined && !rule.risk.includes(risk.level)) return false
  if (agents !== undefined && !picomatch(agents)(queued.patch.author.agent)) return false
  return paths === undefined || touchedPaths(changes).some((path) => picomatch(paths, { dot: true })(path))
}

function reasonOf(rule: ApprovalRule): string {
  return rule.reason ?? `a rule denies it${rule.paths === undefined ? '' : ` (${rule.paths.join(', ')})`}`
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
