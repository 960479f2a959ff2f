import type { TestApi } from '@patchlane/kernel/testing'
import type { TestRunner } from '../test-runner.ts'

/** A project for the suite: one file passes, one has a failing test among passing ones, one never ends. */
export interface RunnerProject {
  directory: string
  /** Two tests, both pass. */
  passing: string
  /** A test called `adds` that passes and one called `subtracts` that fails, because 2 is not 3. */
  failing: string
  /** A test that never ends. */
  endless: string
  dispose(): Promise<void>
}

export interface TestRunnerHarness {
  runner: TestRunner
  /** A new project, without the endless file unless asked for. */
  project(options?: { endless?: boolean }): Promise<RunnerProject>
  /** A runner whose program does not exist. */
  missing: TestRunner
}

/** What every adapter of {@link TestRunner} guarantees. */
export function testRunnerContract({ it, expect }: TestApi, harness: TestRunnerHarness): void {
  const { runner } = harness

  it(`${runner.name}: passes what passes, and runs only the selected file`, async () => {
    const project = await harness.project()
    try {
      const result = await runner.run({ directory: project.directory, files: [project.passing] })
      expect(result).toMatchObject({ outcome: 'passed', failed: 0, failures: [] })
      expect(result.files).toEqual([project.passing])
      if (runner.namesTests) expect(result.passed).toBe(2)
    } finally {
      await project.dispose()
    }
  })

  it(`${runner.name}: names the failing test, with its file and the reason`, async () => {
    const project = await harness.project()
    try {
      const result = await runner.run({ directory: project.directory, files: 'all' })
      expect(result.outcome).toBe('failed')
      expect(result.failures).toHaveLength(1)
      const [failure] = result.failures
      expect(failure?.output).toContain('3')
      if (!runner.namesTests) return
      expect(result).toMatchObject({ passed: 3, failed: 1 })
      expect(result.files).toEqual([project.failing, project.passing].sort())
      expect(failure).toMatchObject({ file: project.failing })
      expect(failure?.test).toContain('subtracts')
      expect(failure?.line).toBeGreaterThan(1)
      expect(failure?.message).not.toBe('')
    } finally {
      await project.dispose()
    }
  })

  it(`${runner.name}: is broken, never green, when time runs out`, async () => {
    const project = await harness.project({ endless: true })
    try {
      const result = await runner.run({ directory: project.directory, files: [project.endless], timeoutMs: 1_000 })
      expect(result).toMatchObject({ outcome: 'broken', passed: 0 })
      expect(result.problem).toContain('1 s')
    } finally {
      await project.dispose()
    }
  })

  it(`${runner.name}: is broken when the caller ends it`, async () => {
    const project = await harness.project()
    try {
      const request = { directory: project.directory, files: 'all' as const, signal: AbortSignal.abort() }
      expect((await runner.run(request)).outcome).toBe('broken')
    } finally {
      await project.dispose()
    }
  })

  it(`${runner.name}: is broken when the program is not there, and says what to do`, async () => {
    const project = await harness.project()
    try {
      const result = await harness.missing.run({ directory: project.directory, files: 'all' })
      expect(result.outcome).toBe('broken')
      expect(result.problem).toMatch(/not installed|could not be started/)
    } finally {
      await project.dispose()
    }
  })
}
