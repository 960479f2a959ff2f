import type { Consultation } from '../consultation.ts'
import { type ChangedFile, changedFile } from './changed-file.ts'
import { contentReasons } from './content-rules.ts'
import { matchPathRules } from './path-rules.ts'
import { higherLevel, type RiskAssessment, type RiskLevel, type RiskReason } from './risk-level.ts'
import { secretReasons } from './secret-reasons.ts'

export interface RiskAssessorOptions {
  /** Lines added and removed from which a patch is large; ten times as many make it very large. @default 400 */
  largeLines?: number
  /** Files from which a patch is wide. @default 20 */
  manyFiles?: number
  /** More reasons, of the integrator's own. They can raise the risk, never lower it. */
  extraReasons?: (consultation: Consultation) => Promise<RiskReason[]>
}

const points: Record<RiskLevel, number> = { low: 5, medium: 15, high: 40, critical: 80 }

/** Risk by rules, from facts alone: the same patch has the same assessment, and each reason names its rule and files. */
export class RiskAssessor {
  readonly #options: RiskAssessorOptions

  constructor(options: RiskAssessorOptions = {}) {
    this.#options = options
  }

  async assess(consultation: Consultation): Promise<RiskAssessment> {
    const files = consultation.changes.map(changedFile)
    const reasons = [
      ...pathReasons(files),
      ...contentReasons(files),
      ...(await secretReasons(files)),
      ...this.#sizeReasons(files),
      ...mergeReasons(consultation),
      ...((await this.#options.extraReasons?.(consultation)) ?? []),
    ]
    const grouped = groupByRule(reasons)
    return {
      level: grouped.reduce<RiskLevel>((level, reason) => higherLevel(level, reason.level), 'low'),
      score: Math.min(
        100,
        grouped.reduce((score, reason) => score + points[reason.level], 0),
      ),
      reasons: grouped,
    }
  }

  #sizeReasons(files: readonly ChangedFile[]): RiskReason[] {
    const { largeLines = 400, manyFiles = 20 } = this.#options
    const lines = files.reduce((sum, file) => sum + file.added.length + file.removed.length, 0)
    const reasons: RiskReason[] = []
    const add = (rule: string, level: RiskLevel, message: string) =>
      reasons.push({ rule, level, floor: false, message, paths: [] })
    if (lines > largeLines) add('large', lines > largeLines * 10 ? 'high' : 'medium', `it changes ${lines} lines`)
    if (files.length > manyFiles)
      add('wide', files.length > manyFiles * 10 ? 'high' : 'medium', `it touches ${files.length} files`)
    return reasons
  }
}

function pathReasons(files: readonly ChangedFile[]): RiskReason[] {
  const paths = files.flatMap((file) => (file.from === null ? [file.path] : [file.from, file.path]))
  return matchPathRules(paths).map(({ rule, paths: matched }) => ({
    rule: rule.rule,
    level: rule.level,
    floor: rule.floor,
    message: rule.message,
    paths: matched,
  }))
}

/** Merges by other means than git's own were never seen by their author. */
function mergeReasons({ merges }: Consultation): RiskReason[] {
  const by = (level: RiskLevel, rule: string, message: string, paths: string[]): RiskReason[] =>
    paths.length === 0 ? [] : [{ rule, level, floor: level === 'high', message, paths }]
  const entries = Object.entries(merges)
  const pick = (wanted: (strategy: string) => boolean) =>
    entries.filter(([, strategy]) => wanted(strategy)).map(([path]) => path)
  const isResolver = (strategy: string) => strategy.startsWith('resolver')
  const isUnsure = (strategy: string) => !isResolver(strategy) && strategy.endsWith(':unsure')
  return [
    ...by('high', 'resolver-merge', 'a conflict in it was settled by a resolver', pick(isResolver)),
    ...by(
      'high',
      'unsure-merge',
      'a conflict in it was settled in a way that may not be what both meant',
      pick(isUnsure),
    ),
    ...by(
      'low',
      'structured-merge',
      'it was merged by syntax where git saw a conflict',
      pick((strategy) => strategy.startsWith('structured') && !isUnsure(strategy)),
    ),
  ]
}

function groupByRule(reasons: readonly RiskReason[]): RiskReason[] {
  const groups = new Map<string, RiskReason>()
  for (const reason of reasons) {
    const key = `${reason.rule}\0${reason.message}`
    const known = groups.get(key)
    groups.set(
      key,
      known === undefined ? reason : { ...known, paths: [...new Set([...known.paths, ...reason.paths])].sort() },
    )
  }
  return [...groups.values()]
}
