/** One run of a runner's tests. */
export interface TestRequest {
  /** The folder the runner is started in: the project that owns the tests. Absolute. */
  directory: string
  /** Test files relative to `directory`, or everything the runner finds by itself. */
  files: readonly string[] | 'all'
  /** The whole group is ended after this. @default 900_000 */
  timeoutMs?: number
  /** Kept of the runner's output. @default 2_000_000 */
  maxOutputBytes?: number
  /** Added to the clean environment of the child. */
  env?: Record<string, string>
  signal?: AbortSignal
  /** Each line of the runner's own output, as it comes. */
  onLine?: (line: string) => void
}

/** A test that failed, precise enough to find and to mend. */
export interface TestFailure {
  /** Relative to the request's directory; undefined when the runner did not say. */
  file?: string
  line?: number
  /** Full name: suites, then the test. For a file that could not be loaded, the file's name. */
  test: string
  /** The first line of what went wrong. */
  message: string
  /** Trace and comparison as the runner prints them, shortened. */
  output: string
}

/**
 * What became of a run. `failed`: tests ran and some did not pass. `broken`: the runner itself did not do its work (missing, crashed, timed
 * out, bad configuration), which is never a pass. `none`: it ran and found no test.
 */
export type TestOutcome = 'passed' | 'failed' | 'broken' | 'none'

export interface TestResult {
  outcome: TestOutcome
  /** Test files that ran, relative to the request's directory; sorted. Empty where the runner does not tell. */
  files: string[]
  passed: number
  failed: number
  skipped: number
  failures: TestFailure[]
  /** Why the run is broken, and what to do. */
  problem?: string
  /** The runner's own words, shortened. */
  output: string
  durationMs: number
}

/**
 * Runs tests of one kind.
 *
 * Every adapter guarantees:
 * - it starts the program without a shell, in a process group that ends with the run;
 * - it reads a machine-readable report and never judges by what the program prints; a missing or unreadable report is `broken`;
 * - each failed test is named in `failures`;
 * - it writes nothing into the project but what the tests themselves write.
 *
 * `run` does not throw for what a runner did; it throws only for a wrong request.
 */
export interface TestRunner {
  /** As people call it: `pytest`, `vitest`. */
  readonly name: string
  readonly language: 'javascript' | 'python' | 'any'
  /** Whether single files can be selected. Without it every run is a full run. */
  readonly selectsFiles: boolean
  /** Whether failing tests come by name. Without it only the exit code and the output are known. */
  readonly namesTests: boolean
  /** Why it could run nothing in this folder (absolute), and what to do; undefined if it could. For a look ahead: a run finds out by itself. */
  whyUnavailable?(directory: string): Promise<string | undefined>
  run(request: TestRequest): Promise<TestResult>
}
