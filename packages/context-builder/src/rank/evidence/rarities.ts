/** What each term says, by how rare it is in the code and what it counts in the task; without those that stand nowhere. In the order of the terms, so that sums are the same everywhere. */
export function raritiesOf(words: ReadonlyMap<string, number>, idf: ReadonlyMap<string, number>): Map<string, number> {
  const rarities = new Map<string, number>()
  for (const [term, weight] of words) {
    const rarity = idf.get(term)
    if (rarity !== undefined) rarities.set(term, rarity * weight)
  }
  return rarities
}
