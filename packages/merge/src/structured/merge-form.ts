/**
 * One side only indented the lines anew, the other changed them: their content, indented as the first side does it. `undefined`
 * where neither did just that, where both did, or where a line's new indentation cannot be told.
 */
export function mergeForm(
  ours: readonly string[],
  base: readonly string[],
  theirs: readonly string[],
): string[] | undefined {
  const left = indentation(base, ours)
  const right = indentation(base, theirs)
  if ((left === undefined) === (right === undefined)) return undefined
  const [form, content] = left === undefined ? [right, ours] : [left, theirs]
  const lines: string[] = []
  for (const line of content) {
    const indent = indentOf(line)
    const renewed = line.trim() === '' ? indent : form?.get(indent)
    if (renewed === undefined) return undefined
    lines.push(renewed + line.slice(indent.length))
  }
  return lines
}

/** How each indentation of the base was written anew; `undefined` where more than that changed, or two ways for one. */
function indentation(base: readonly string[], side: readonly string[]): Map<string, string> | undefined {
  if (base.length === 0 || base.length !== side.length) return undefined
  const renewed = new Map<string, string>()
  for (const [at, line] of base.entries()) {
    const other = side[at] ?? ''
    if (line.trimStart() !== other.trimStart()) return undefined
    if (line.trim() === '') continue
    const [before, after] = [indentOf(line), indentOf(other)]
    if ((renewed.get(before) ?? after) !== after) return undefined
    renewed.set(before, after)
  }
  return renewed
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}
