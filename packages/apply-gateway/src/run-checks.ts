import type { GitRepository } from '@patchlane/git'
import { type CheckReport, checkKinds, errorMessage, type ObjectId, type Patch, parseRepoPath } from '@patchlane/kernel'
import type { Check, CheckContext } from './check.ts'
import { withBaseContent } from './checks/staged-files.ts'
import type { Judgement } from './landing-verdict.ts'
import type { Staged } from './stage-patch.ts'
import type { StagingTree } from './staging-area.ts'

/** A formatter and a fixer that undo each other are stopped after this many rounds. */
const MAX_ROUNDS = 4
/** A check that ignores its signal is given up after this. */
const GIVE_UP_MS = 5_000

export interface CheckRun {
  repository: GitRepository
  patch: Patch
  staged: Staged
  judgement: Judgement
  tree: StagingTree
  checks: readonly Check[]
  /** Makes the landing commit for a tree that checks rewrote. */
  recommit(tree: ObjectId): Promise<ObjectId>
  timeoutMs: number
  signal: AbortSignal
  log(check: string, line: string): void
}

/** The order on the road: by kind, as configured within a kind. */
export function inOrder(checks: readonly Check[]): Check[] {
  return [...checks].sort((a, b) => checkKinds.indexOf(a.kind) - checkKinds.indexOf(b.kind))
}

/**
 * Runs the checks in order, until one fails. When a check rewrote files, all start over on the new tree, so that in the end
 * every one has passed exactly the tree that lands.
 *
 * @returns the staged patch as it then is, and all reports.
 */
export async function runChecks(run: CheckRun): Promise<{ staged: Staged; reports: CheckReport[]; passed: boolean }> {
  let staged = run.staged
  const fixed: CheckReport[] = []
  // What passes in the last round may have been mended in an earlier one, and that is the news.
  const merged = (reports: Map<string, CheckReport[]>) =>
    inOrder(run.checks)
      .flatMap((check) => reports.get(check.name) ?? [])
      .map((last) => (last.outcome === 'passed' ? (fixed.find((first) => isSame(first, last)) ?? last) : last))
  for (let round = 1; ; round++) {
    const reports = new Map<string, CheckReport[]>()
    let rewritten = false
    for (const check of inOrder(run.checks)) {
      const context = await contextOf(run, staged, check)
      const said = await runOne(check, context)
      const captured = await run.tree.capture(context.paths)
      reports.set(check.name, said)
      if (said.some(({ outcome }) => outcome === 'failed' || outcome === 'broken')) {
        run.judgement.checked(check.name, staged.tree, said)
        return { staged, reports: merged(reports), passed: false }
      }
      if (captured.tree !== staged.tree) {
        fixed.push(...fixers(said, captured.changed))
        staged = { ...staged, tree: captured.tree, commit: await run.recommit(captured.tree) }
        await run.tree.adopt(staged.commit)
        run.judgement.restage(staged)
        rewritten = true
        break
      }
      run.judgement.checked(check.name, staged.tree, said)
    }
    if (!rewritten) return { staged, reports: merged(reports), passed: true }
    if (round === MAX_ROUNDS) {
      const report = broken(
        [...new Set(fixed.map((report) => report.check))].join(', '),
        'format',
        'The tools undo each other: the files never settle.',
      )
      return { staged, reports: [...merged(reports), report], passed: false }
    }
  }
}

async function contextOf(run: CheckRun, staged: Staged, check: Check): Promise<CheckContext> {
  const differences = await run.repository.diffTrees(staged.base, staged.tree)
  const pick = (gone: boolean) =>
    differences.filter(({ after }) => (after === null) === gone).map(({ path }) => parseRepoPath(path))
  const context: CheckContext = {
    directory: run.tree.directory,
    base: staged.base,
    commit: staged.commit,
    paths: pick(false),
    deleted: pick(true),
    patch: run.patch,
    signal: AbortSignal.any([run.signal, AbortSignal.timeout(run.timeoutMs)]),
    log: (line) => run.log(check.name, line),
    onBase: (work) => withBaseContent(context, [...context.paths, ...context.deleted], work),
  }
  return context
}

async function runOne(check: Check, context: CheckContext): Promise<CheckReport[]> {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const givenUp = new Promise<CheckReport[]>((resolve) => {
    const giveUp = () => {
      const report = broken(check.name, check.kind, 'It did not stop when its time was up.')
      timer = setTimeout(() => resolve([{ ...report, durationMs: performance.now() - startedAt }]), GIVE_UP_MS)
    }
    if (context.signal.aborted) giveUp()
    else context.signal.addEventListener('abort', giveUp, { once: true })
  })
  try {
    return await Promise.race([check.run(context), givenUp])
  } catch (thrown) {
    const report = broken(check.name, check.kind, errorMessage(thrown))
    return [{ ...report, durationMs: performance.now() - startedAt }]
  } finally {
    clearTimeout(timer)
  }
}

function broken(check: string, kind: Check['kind'], summary: string): CheckReport {
  return {
    check,
    kind,
    outcome: 'broken',
    summary,
    findings: [],
    output: '',
    changedPaths: [],
    durationMs: 0,
    cached: false,
  }
}

/** The reports of those that rewrote files; a check that does not say that it did is told by what it left. */
function fixers(reports: readonly CheckReport[], changed: CheckReport['changedPaths']): CheckReport[] {
  const said = reports.filter((report) => report.outcome === 'fixed')
  if (said.length > 0) return said
  return reports.map((report) => ({ ...report, outcome: 'fixed', changedPaths: changed }))
}

function isSame(a: CheckReport, b: CheckReport): boolean {
  return a.check === b.check && a.kind === b.kind
}
