/**
 * Text whose every character is one byte (0 to 255). Patches are worked on in this form, so that content that is not valid
 * UTF-8 passes through unharmed and lines can still be handled as strings.
 */
export type ByteText = string

/** UTF-8 text, or raw bytes, as byte text. */
export function toByteText(source: string | Uint8Array): ByteText {
  const bytes =
    typeof source === 'string'
      ? Buffer.from(source, 'utf8')
      : Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  return bytes.toString('latin1')
}

/** The bytes that byte text stands for. */
export function toBytes(text: ByteText): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

/** For messages and paths: the text as people read it; bytes that are not UTF-8 become U+FFFD. */
export function toReadable(text: ByteText): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

/** Lines with their ends; only the last may lack one. Joining them gives the text back. */
export function splitLines(text: ByteText): ByteText[] {
  if (text === '') return []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  const ended = lines.map((line) => `${line}\n`)
  return last === '' ? ended : [...ended, last]
}

/** A line without its end and without blanks before it: what tolerant comparison sees. */
export function withoutTrailingBlanks(line: ByteText): ByteText {
  return line.replace(/[ \t\r\n\f\v]+$/, '')
}

/** The line end that all ended lines share, or `undefined` where they are mixed or there are none. */
export function lineEndOf(lines: readonly ByteText[]): '\n' | '\r\n' | undefined {
  const ended = lines.filter((line) => line.endsWith('\n'))
  if (ended.length === 0) return undefined
  const windows = ended.filter((line) => line.endsWith('\r\n')).length
  if (windows === 0) return '\n'
  return windows === ended.length ? '\r\n' : undefined
}
