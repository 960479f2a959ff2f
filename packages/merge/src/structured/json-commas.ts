import { splitLines } from './text.ts'

/**
 * JSON with one entry to a line has a comma at the end of each line but the last of its list: the comma belongs to the layout, not
 * to the entry. Where all versions keep that rule, entries are compared without it and it is put back at the end.
 */
export function hasRegularCommas(text: string): boolean {
  const lines = splitLines(text).filter((line) => line.trim() !== '')
  return lines.every((line, at) => line.trimEnd().endsWith(',') === wantsComma(line, lines[at + 1]))
}

/** A line without the comma at its end. */
export function withoutComma(line: string): string {
  return line.replace(/,([ \t]*\r?\n?)$/, '$1')
}

/** The text with a comma where the rule wants one, and nowhere else at line ends. */
export function withRegularCommas(text: string): string {
  const lines = splitLines(text)
  return lines
    .map((line, at) => {
      if (line.trim() === '') return line
      const next = lines.slice(at + 1, at + 20).find((candidate) => candidate.trim() !== '')
      const plain = withoutComma(line)
      return wantsComma(plain, next) ? plain.replace(/([ \t]*\r?\n?)$/, ',$1') : plain
    })
    .join('')
}

function wantsComma(line: string, next: string | undefined): boolean {
  const text = line.trim().replace(/,$/, '')
  if (next === undefined || /^\s*[}\]]/.test(next)) return false
  return !/[{[]$/.test(text)
}
