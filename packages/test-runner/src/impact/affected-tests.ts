import type { TestProject } from '../detect/test-project.ts'

/** A test file that a change can affect, and all the evidence for it. */
export interface AffectedTest {
  path: string
  project: TestProject
  /** One phrase each, for people: `imports src/a.ts, which changed`. */
  reasons: string[]
}

/** What to run, project by project. */
export interface TestPlan {
  project: TestProject
  /** Relative to the project's folder. `all` where the runner cannot select, or where everything is affected. */
  files: string[] | 'all'
  reasons: string[]
}

export interface AffectedTests {
  /** Why a full run is needed; empty if the tests could be told apart. */
  fullRun: string[]
  tests: AffectedTest[]
  plans: TestPlan[]
  /** All test files there are. */
  known: number
  /** Test files that the change cannot affect, as far as the evidence goes. */
  skipped: number
}
