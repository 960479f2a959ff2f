import { packageTests } from '../../vitest.shared.ts'

// LangGraph's conformance suite for checkpoint savers takes `describe`, `it` and `expect` from the global scope.
export default packageTests({ globals: true })
