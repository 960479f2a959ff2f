import type { Finding } from '@patchlane/kernel'

/**
 * The findings that were not there before, compared by file, rule and message: lines move with every edit. Two equal ones where there
 * was one leave one. `renamed` maps new paths to old ones.
 */
export function newFindings(
  now: readonly Finding[],
  before: readonly Finding[],
  renamed: ReadonlyMap<string, string> = new Map(),
): Finding[] {
  const known = new Map<string, number>()
  for (const finding of before) {
    const key = keyOf(finding, finding.path)
    known.set(key, (known.get(key) ?? 0) + 1)
  }
  return now.filter((finding) => {
    const path = finding.path === undefined ? undefined : (renamed.get(finding.path) ?? finding.path)
    const key = keyOf(finding, path)
    const left = known.get(key) ?? 0
    if (left > 0) known.set(key, left - 1)
    return left === 0
  })
}

function keyOf(finding: Finding, path: string | undefined): string {
  // Messages that name a position or a line of their own are the same message elsewhere.
  const message = finding.message.replace(/\b(?:lines?|columns?|Ln|Col)[ :]+\d+(?:[:,-]\d+)*/gi, 'line')
  return JSON.stringify([path ?? '', finding.rule ?? '', message])
}

/** The first errors in one line. */
export function describeFindings(findings: readonly Finding[]): string {
  const [first] = findings
  if (first === undefined) return ''
  const place = first.path === undefined ? '' : `${first.path}${first.line === undefined ? '' : `:${first.line}`}: `
  const rest = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  return `${place}${first.message.split('\n')[0]}${first.rule === undefined ? '' : ` [${first.rule}]`}${rest}`
}
