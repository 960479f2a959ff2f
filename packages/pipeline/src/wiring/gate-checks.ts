import { join } from 'node:path'
import type { Check } from '@patchlane/apply-gateway'
import { commandCheck, type ProjectChecks, projectChecks } from '@patchlane/apply-gateway/checks'
import { TestImpactAnalyzer, testCheck } from '@patchlane/test-runner'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { RepositoryContext } from './repository-context.ts'
import { StoredTestVerdicts } from './stored-test-verdicts.ts'
import type { Stores } from './stores.ts'

export interface GateChecks {
  checks: Check[]
  /** Of the project's own tools; keeps language servers warm. */
  project: ProjectChecks
}

/** The checks that a patch has to pass, as the configuration has them. */
export function gateChecks(
  { git, stateDirectory }: RepositoryContext,
  config: PatchlaneConfig,
  stores: Stores,
): GateChecks {
  const { format, lint, hooks, diagnostics, timeoutSeconds } = config.checks
  const analyzer = new TestImpactAnalyzer()
  const project = projectChecks({
    tools: { format, lint, hooks, diagnostics },
    cacheDirectory: join(stateDirectory, 'cache'),
    timeoutMs: timeoutSeconds * 1000,
    dependentsOf: (request) => analyzer.dependents(request),
    ...(git.workTree === null ? {} : { toolDirectory: git.workTree }),
  })
  return { checks: [project.check, ...commandChecks(config), ...testChecks(config, stores, { analyzer })], project }
}

function commandChecks(config: PatchlaneConfig): Check[] {
  return config.checks.commands.map(({ run: [file = '', ...args], timeoutSeconds, paths, ...command }) =>
    commandCheck({
      ...command,
      run: [file, ...args],
      timeoutMs: timeoutSeconds * 1000,
      ...(paths === undefined ? {} : { paths }),
    }),
  )
}

/** The tests that a change affects, with the verdicts of earlier runs. */
export function testChecks(
  config: PatchlaneConfig,
  stores: Stores,
  options: { select?: 'affected' | 'all'; analyzer?: TestImpactAnalyzer } = {},
) {
  const { tests } = config.checks
  if (tests === 'off') return []
  const configured =
    tests === 'auto'
      ? { runners: [], select: 'affected' as const, timeoutSeconds: 900, olderFailures: 'aside' as const }
      : tests
  return [
    testCheck({
      select: options.select ?? configured.select,
      analyzer: options.analyzer ?? new TestImpactAnalyzer(),
      timeoutMs: configured.timeoutSeconds * 1000,
      olderFailures: configured.olderFailures,
      cache: new StoredTestVerdicts(stores.verdicts),
      ...(configured.runners.length === 0 ? {} : { runners: configured.runners }),
    }),
  ]
}
