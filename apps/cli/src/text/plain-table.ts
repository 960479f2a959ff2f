import { type Column, layOutTable, type TableOptions, type TextMeasure } from './lay-out-table.ts'

/** Whether each character of a text is one column. */
export function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

const measure: TextMeasure = {
  width: (text) => text.length,
  clip: (text, width) => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`),
}

/** The table of `table.ts` for cells that are all plain: what tells how wide any text shows takes a node as long to load as it takes to start. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string[] {
  return layOutTable(columns, rows, { ...options, measure })
}
