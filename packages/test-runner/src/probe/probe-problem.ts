/** Proof that a test run would not see the staged code. */
export interface ProbeProblem {
  /** The import that leads elsewhere. */
  name: string
  message: string
  /** How to cure it. */
  remedy: string
}
