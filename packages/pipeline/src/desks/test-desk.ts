import type { CheckReport } from '@patchlane/kernel'
import type { PatchlaneConfig } from '../config-schema.ts'
import { TargetError } from '../errors.ts'
import type { Pipeline } from '../pipeline.ts'
import { testChecks } from '../wiring/gate-checks.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'
import { uncommittedChanges } from '../wiring/uncommitted-changes.ts'

/** Runs in the user's own checkout the tests that its difference from the target affects. */
export async function runTests(
  { git, ref }: RepositoryContext,
  config: PatchlaneConfig,
  stores: Stores,
  options: NonNullable<Parameters<Pipeline['test']>[0]> = {},
): Promise<CheckReport[]> {
  const { workTree } = git
  if (workTree === null) {
    throw new TargetError('A bare repository has no checkout to run tests in.', { remedy: 'Run it in a clone.' })
  }
  const changes = options.paths === undefined ? await uncommittedChanges(git, ref) : []
  const gone = changes.flatMap((change) => (change.kind === 'delete' ? [change.path] : []))
  const paths = options.paths ?? changes.flatMap((change) => (change.kind === 'delete' ? [] : [change.path]))
  const context = {
    directory: workTree,
    paths,
    deleted: gone,
    signal: options.signal ?? new AbortController().signal,
    log: (line: string) => options.onLine?.(line),
  }
  const reports: CheckReport[] = []
  for (const check of testChecks(config, stores, options.all ? { select: 'all' } : {}))
    reports.push(...(await check.run(context)))
  return reports
}
