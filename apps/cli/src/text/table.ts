import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'

export interface Column {
  title: string
  /** Narrowed first when the table is too wide, in order of this number; without it the column keeps its width. */
  yields?: number
  /** Never narrower than this. @default 8 */
  min?: number
  align?: 'left' | 'right'
}

const GAP = '  '

/** A table as lines of at most `width` columns. Cells are single lines; wide characters count as they show. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { width: number; header?: (text: string) => string },
): string[] {
  const widths = columns.map((column, at) =>
    Math.max(stringWidth(column.title), ...rows.map((row) => stringWidth(row[at] ?? ''))),
  )
  shrink(columns, widths, options.width)
  const line = (cells: readonly string[]) =>
    columns
      .map((column, at) => {
        const width = widths[at] ?? 0
        return pad(cells[at] ?? '', width, column.align ?? 'left')
      })
      .join(GAP)
      .trimEnd()
  const header = options.header ?? ((text: string) => text)
  return [header(line(columns.map((column) => column.title))), ...rows.map(line)].map((text) =>
    clip(text, options.width),
  )
}

function shrink(columns: readonly Column[], widths: number[], available: number): void {
  const order = columns
    .map((column, at) => ({ at, yields: column.yields, min: column.min ?? 8 }))
    .filter((entry) => entry.yields !== undefined)
    .sort((a, b) => (a.yields ?? 0) - (b.yields ?? 0))
  for (const { at, min } of order) {
    const total = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1))
    const excess = total - available
    if (excess <= 0) return
    const width = widths[at] ?? 0
    widths[at] = Math.max(Math.min(min, width), width - excess)
  }
}

/** Text of exactly this width: cut with an ellipsis, or filled up. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = clip(text, width)
  const fill = ' '.repeat(Math.max(0, width - stringWidth(cut)))
  return align === 'right' ? fill + cut : cut + fill
}

/** Text of at most this width. */
export function clip(text: string, width: number): string {
  return stringWidth(text) <= width ? text : cliTruncate(text, Math.max(1, width))
}
