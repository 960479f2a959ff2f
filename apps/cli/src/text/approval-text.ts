import type { PendingApproval } from '@patchlane/pipeline'
import { formatTime } from './duration.ts'
import { oneLine } from './sanitize.ts'
import type { Style } from './style.ts'

/** What a person needs to know before answering, above the diff. */
export function approvalLines(question: PendingApproval, style: Style): string[] {
  const { patch, risk, expiresAt } = question
  const paint = riskPaint(risk.level, style)
  return [
    style.strong(oneLine(patch.patch.title)),
    `patch    ${patch.patch.patchId} by ${oneLine(patch.patch.author.agent)}`,
    `risk     ${paint(oneLine(risk.level))} (${risk.score})`,
    ...risk.reasons.map((reason, at) => `${at === 0 ? 'because  ' : '         '}${oneLine(reason)}`),
    `open     until ${formatTime(expiresAt)}`,
  ]
}

function riskPaint(level: string, style: Style): (text: string) => string {
  if (level === 'low') return style.good
  return level === 'medium' ? style.warn : style.bad
}
