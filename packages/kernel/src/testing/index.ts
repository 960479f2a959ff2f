export { ManualClock } from './manual-clock.ts'
export { patchFixture, versionOf } from './patch-fixture.ts'
export type { TestApi } from './test-api.ts'
