/** A proposal as the gate learns from it. */
export interface Row {
  readonly features: Readonly<Record<string, number>>
  readonly right: boolean
  readonly weight: number
}
