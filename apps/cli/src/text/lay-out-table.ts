export interface Column {
  title: string
  /** Narrowed first when the table is too wide, in order of this number; without it the column keeps its width. */
  yields?: number
  /** Never narrower than this. @default 8 */
  min?: number
  align?: 'left' | 'right'
}

/** How text shows. */
export interface TextMeasure {
  /** In columns. */
  width(text: string): number
  /** Text of at most this width, cut with an ellipsis. */
  clip(text: string, width: number): string
}

export interface TableOptions {
  width: number
  /** Styles the titles. */
  header?: (text: string) => string
}

const GAP = '  '

/** A table as lines of at most `width` columns. Cells are single lines. */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width: available, header = (text) => text, measure }: TableOptions & { measure: TextMeasure },
): string[] {
  const widths = columns.map((column, at) =>
    Math.max(measure.width(column.title), ...rows.map((row) => measure.width(row[at] ?? ''))),
  )
  shrink(columns, widths, available)
  const line = (cells: readonly string[]) => {
    const padded = columns.map((column, at) => {
      const width = widths[at] ?? 0
      const cut = measure.clip(cells[at] ?? '', width)
      const fill = ' '.repeat(Math.max(0, width - measure.width(cut)))
      return column.align === 'right' ? fill + cut : cut + fill
    })
    return measure.clip(padded.join(GAP).trimEnd(), available)
  }
  return [header(line(columns.map((column) => column.title))), ...rows.map(line)]
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
