import { existsSync } from 'node:fs'
import { join } from 'node:path'

const beside = join(
  import.meta.dirname,
  '../../../.venv',
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
)

/** An interpreter with pytest and testmon: PATCHLANE_TEST_PYTHON, else what scripts/ensure-python-tools.mjs made. */
export const testPython: string | undefined =
  process.env.PATCHLANE_TEST_PYTHON ?? (existsSync(beside) ? beside : undefined)

if (testPython === undefined) {
  const message =
    'Tests with real Python tools need scripts/ensure-python-tools.mjs to have run, or PATCHLANE_TEST_PYTHON.'
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(`SKIPPED: ${message}`)
}
