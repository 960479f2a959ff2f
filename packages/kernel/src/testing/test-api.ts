import type { ExpectStatic, TestAPI } from 'vitest'

/** The test functions a contract suite runs on: hand it vitest's own. */
export interface TestApi {
  it: TestAPI
  expect: ExpectStatic
}
