import type { Check } from '@patchlane/apply-gateway'
import { commandCheck } from '@patchlane/apply-gateway/checks'
import { testCheck } from '@patchlane/test-runner'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { Stores } from './stores.ts'
import { StoredTestVerdicts } from './stored-test-verdicts.ts'

/** The checks that a patch has to pass, as the configuration has them. */
export function gateChecks(config: PatchlaneConfig, stores: Stores): Check[] {
  const { commands, tests } = config.checks
  const checks: Check[] = commands.map(({ run: [file = '', ...args], timeoutSeconds, paths, ...command }) =>
    commandCheck({
      ...command,
      run: [file, ...args],
      timeoutMs: timeoutSeconds * 1000,
      ...(paths === undefined ? {} : { paths }),
    }),
  )
  if (tests === 'off') return checks
  const { runners = [], select = 'affected', timeoutSeconds = 900 } = tests === 'auto' ? {} : tests
  checks.push(
    testCheck({
      select,
      timeoutMs: timeoutSeconds * 1000,
      cache: new StoredTestVerdicts(stores.verdicts),
      ...(runners.length === 0 ? {} : { runners }),
    }),
  )
  return checks
}
