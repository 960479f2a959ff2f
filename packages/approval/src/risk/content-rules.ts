import type { ChangedFile } from './changed-file.ts'
import { manifestReasons } from './manifest-reasons.ts'
import type { RiskReason } from './risk-level.ts'

const testPath =
  /(?:^|\/)(?:tests?|__tests__|spec)\/|(?:^|\/)test_[^/]+\.py$|_test\.(?:py|go)$|\.(?:test|spec)\.[cm]?[jt]sx?$/i
const testCase = /^\s*(?:(?:it|test)(?:\.each\b.*)?\s*\(|(?:async\s+)?def\s+test_|func\s+Test[A-Z])/
const assertion = /\b(?:expect|assert\w*)\s*[.(]|^\s*assert\s|\.(?:should|raises)\b/
const skipMark =
  /\b(?:it|test|describe)\.(?:skip|todo|only|fixme)\b|\bx(?:it|describe|test)\s*\(|@pytest\.mark\.(?:skip|xfail)|@unittest\.skip|\bpytest\.skip\(|\bt\.Skip\(/
const dangerousCall =
  /\beval\s*\(|\bnew Function\s*\(|\bexecSync\s*\(|\bchild_process\b|\bos\.system\s*\(|shell\s*=\s*True|\bsubprocess\.|\bpickle\.loads?\b|dangerouslySetInnerHTML|verify\s*=\s*False|rejectUnauthorized\s*:\s*false/

const matching = (lines: readonly string[], pattern: RegExp): string[] => lines.filter((line) => pattern.test(line))

/** Reasons that come from what changed inside the files. */
export function contentReasons(files: readonly ChangedFile[]): RiskReason[] {
  return files.flatMap((file) => [
    ...kindReasons(file),
    ...testReasons(file),
    ...codeReasons(file),
    ...manifestReasons(file),
  ])
}

function kindReasons(file: ChangedFile): RiskReason[] {
  const reasons: RiskReason[] = []
  const { path, modeAfter, modeBefore } = file
  if (modeAfter === '120000') {
    // One that only moves leads elsewhere, too: its way begins at its own folder.
    const message = modeBefore === '120000' ? 'it changes where a symbolic link leads' : 'it adds a symbolic link'
    reasons.push({ rule: 'symlink', level: 'high', floor: true, message, paths: [path] })
  }
  if (modeAfter === '100755' && modeBefore !== '100755') {
    reasons.push({
      rule: 'executable',
      level: 'medium',
      floor: false,
      message: 'it makes a file executable',
      paths: [path],
    })
  }
  if (file.binary && file.kind !== 'delete') {
    reasons.push({
      rule: 'binary',
      level: 'high',
      floor: true,
      message: 'it has content that cannot be read as text',
      paths: [path],
    })
  }
  return reasons
}

function testReasons(file: ChangedFile): RiskReason[] {
  const { path, kind, added, removed } = file
  if (!testPath.test(file.from ?? path)) return []
  const weakened = (message: string): RiskReason[] => [
    { rule: 'tests-weakened', level: 'high', floor: false, message, paths: [path] },
  ]
  if (kind === 'delete') return weakened('it deletes a file of tests')
  if (matching(added, skipMark).length > matching(removed, skipMark).length)
    return weakened('it makes tests be skipped')
  if (matching(removed, testCase).length > matching(added, testCase).length)
    return weakened('it has fewer tests than before')
  if (matching(removed, assertion).length > matching(added, assertion).length)
    return weakened('its tests assert less than before')
  return []
}

function codeReasons({ path, added }: ChangedFile): RiskReason[] {
  const reasons: RiskReason[] = []
  if (!testPath.test(path) && matching(added, dangerousCall).length > 0) {
    reasons.push({
      rule: 'dangerous-call',
      level: 'medium',
      floor: false,
      message: 'it adds calls that run programs, evaluate text or weaken transport security',
      paths: [path],
    })
  }
  if (/(?:^|\/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg))$/.test(path)) {
    reasons.push({
      rule: 'manifest',
      level: 'medium',
      floor: false,
      message: "it changes a package's manifest",
      paths: [path],
    })
  }
  return reasons
}
