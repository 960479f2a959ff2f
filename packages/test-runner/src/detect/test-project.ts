import type { TestRunner } from '../test-runner.ts'

/** A folder whose tests one runner runs, started in that folder. */
export interface TestProject {
  /** Relative to the root of the tree; '' is the root. */
  directory: string
  runner: TestRunner
  /** Why this runner was chosen, for people. */
  reason: string
  /** Globs of test files, relative to `directory`. */
  testFiles: string[]
  /** Folders with the project's own Python code, relative to the root of the tree. */
  sourceRoots: string[]
  /** The interpreter, for Python. */
  python?: string
  /** Whether documentation files hold tests (pytest's doctest options). */
  testsDocuments: boolean
}
