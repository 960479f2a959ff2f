const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The content as text, to the byte; `undefined` where it is binary: with a NUL byte, or not valid UTF-8. */
export function textOf(content: Uint8Array): string | undefined {
  if (content.includes(0)) return undefined
  try {
    return decoder.decode(content)
  } catch {
    return undefined
  }
}

/** Whether two contents are the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && Buffer.compare(a, b) === 0
}

/** The line end that all lines share; `undefined` where they are mixed or there are none. */
export function lineEndOf(text: string): '\n' | '\r\n' | undefined {
  const all = text.split('\n').length - 1
  const windows = text.split('\r\n').length - 1
  if (all === 0) return undefined
  if (windows === 0) return '\n'
  return windows === all ? '\r\n' : undefined
}

/** The text with this line end throughout. */
export function withLineEnd(text: string, lineEnd: '\n' | '\r\n'): string {
  const plain = text.replaceAll('\r\n', '\n')
  return lineEnd === '\n' ? plain : plain.replaceAll('\n', '\r\n')
}

/** Whether a text holds conflict markers of git's default size: a merge somebody did not finish. */
export function hasMarkers(text: string): boolean {
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text)
}

/** Whether the last line of a merge ends, as the side has it that changed that. */
export function keepsLastLineEnd({ base, ours, theirs }: { base: string; ours: string; theirs: string }): boolean {
  const ends = (text: string) => text === '' || text.endsWith('\n')
  return ends(base) === ends(ours) ? ends(theirs) : ends(ours)
}
