/** The first place of a sorted list whose element is not before what is looked for; the length of the list where all are. */
export function lowerBound(length: number, isBefore: (at: number) => boolean): number {
  let [from, to] = [0, length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (isBefore(middle)) from = middle + 1
    else to = middle
  }
  return from
}
