import type { TestFailure, TestResult } from './test-runner.ts'

export interface SplitFailures {
  /** Failures that the tree without the change has not got. */
  added: TestFailure[]
  /** Failures of tests that fail without the change, too. */
  older: TestFailure[]
}

/**
 * Tells failures that a change brings from those that were there before it, by running the files that failed without the change.
 *
 * Only a named test of a known file can be an older failure; what went wrong outside of any test is always laid at the door of the change.
 * @param rerun Runs these test files on the tree without the change.
 */
export async function splitFailures(
  failures: readonly TestFailure[],
  rerun: (files: string[]) => Promise<TestResult>,
): Promise<SplitFailures> {
  const files = [...new Set(failures.flatMap((failure) => failure.file ?? []))].sort()
  if (files.length === 0) return { added: [...failures], older: [] }
  const before = await rerun(files)
  const known = new Set(before.outcome === 'failed' ? before.failures.flatMap(nameOf) : [])
  const isOlder = (failure: TestFailure) => nameOf(failure).some((name) => known.has(name))
  return {
    added: failures.filter((failure) => !isOlder(failure)),
    older: failures.filter(isOlder),
  }
}

function nameOf({ file, test }: TestFailure): string[] {
  return file === undefined ? [] : [`${file}\0${test}`]
}
