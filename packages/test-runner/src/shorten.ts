/** Both ends of a long text, the middle left out: the beginning says what was asked, the end how it went. */
export function shorten(text: string, limit = 4_000): string {
  const clean = stripAnsi(text).trim()
  if (clean.length <= limit) return clean
  const head = Math.floor(limit / 3)
  const tail = limit - head
  return `${clean.slice(0, head)}\n[... ${clean.length - limit} characters left out ...]\n${clean.slice(-tail)}`
}

/** The first line with content. */
export function firstLine(text: string, limit = 300): string {
  const line = stripAnsi(text)
    .split('\n')
    .map((candidate) => candidate.trim())
    .find((candidate) => candidate !== '')
  return (line ?? '').slice(0, limit)
}

export function stripAnsi(text: string): string {
  return text.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '')
}
