import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { type Column, layOutTable, type TableOptions } from './lay-out-table.ts'

/** A table as lines of at most `width` columns. Cells are single lines; wide characters count as they show, and styles do not. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string[] {
  return layOutTable(columns, rows, { ...options, measure: { width: stringWidth, clip } })
}

/** Text of at most this width. */
export function clip(text: string, width: number): string {
  return stringWidth(text) <= width ? text : cliTruncate(text, Math.max(1, width))
}
