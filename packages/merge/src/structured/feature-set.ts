/** What the gate weighs: each between -1 and about 1, absent where 0. */
export type Features = Record<string, number>

export type SetFeature = (name: string, value: number | boolean) => void

/** Sets features of `features`, those that are not 0. */
export function setterOf(features: Features): SetFeature {
  return (name, value) => {
    if (value !== 0 && value !== false) features[name] = Number(value)
  }
}

/** The same with the sides exchanged: only which side's additions come first tells the sides apart. */
export function mirrored(features: Features): Features {
  return Object.fromEntries(
    Object.entries(features).map(([name, value]) => [name, name.endsWith('ours first') ? -value : value]),
  )
}
