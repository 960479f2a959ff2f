/**
 * Code points that move the cursor, change colours, ring, or turn the reading direction: everything in C0 and C1 and the
 * bidirectional controls. A title, a file name or a test's output must not be able to do any of it on a reader's terminal.
 */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
/** Escape sequences as a whole (ECMA-48, section 5.4, and string sequences up to their end), so that no remains are left to read. */
const SEQUENCE =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g

/** Untrusted text on one line: sequences and control characters are gone, line ends and tabs are blanks. */
export function oneLine(text: string): string {
  return text
    .replace(SEQUENCE, '')
    .replace(/[\r\n\t\v\f]+/g, ' ')
    .replace(CONTROL, '')
    .trim()
}

/** Untrusted text on many lines: as {@link oneLine}, but line ends and tabs stay. */
export function manyLines(text: string): string {
  return text
    .replace(SEQUENCE, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, (character) => (character === '\n' || character === '\t' ? character : ''))
}

/** JSON that is safe to show: control characters of C1 and DEL, which JSON leaves as they are, are escaped too. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
