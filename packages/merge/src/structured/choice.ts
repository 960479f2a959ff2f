/** Which side's additions stand first where both added at one place. */
export const orders = ['ours-first', 'theirs-first'] as const
export type Order = (typeof orders)[number]

/**
 * How two additions at one place are put together: `shared` takes equal lines once; `blocks` puts one after the other whatever they
 * share; `entries` sets their entries into one another by name; `section` keeps entries apart from the sections behind them.
 */
export type Arrangement = 'shared' | 'blocks' | 'entries' | 'section'

/**
 * The blank lines around two blocks: `kept` as they came; `squeezed` where both brought those between them; `led` and `trailed`
 * where each block has before or behind it what one of them has.
 */
export type Spacing = 'kept' | 'squeezed' | 'led' | 'trailed'

/** What a rule does where more than one thing can be done. */
export interface Choice {
  readonly order: Order
  readonly arrangement: Arrangement
  readonly spacing: Spacing
}

const plain = { arrangement: 'shared', spacing: 'kept' } as const

/** All that is tried, the simplest first. */
export const choices: readonly Choice[] = [
  ...orders.map((order) => ({ ...plain, order })),
  ...orders.flatMap((order) =>
    (['kept', 'squeezed', 'led', 'trailed'] as const).map(
      (spacing) => ({ order, arrangement: 'blocks', spacing }) as const,
    ),
  ),
  ...orders.flatMap((order) =>
    (['entries', 'section'] as const).map((arrangement) => ({ ...plain, order, arrangement })),
  ),
]

/** Nothing but the order differs from the simplest. */
export function isPlain({ arrangement, spacing }: Choice): boolean {
  return arrangement === plain.arrangement && spacing === plain.spacing
}
