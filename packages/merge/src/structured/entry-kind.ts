/** What added lines look like. */
export function entryOf(lines: readonly string[]): string {
  const full = lines.map((line) => line.trim()).filter((line) => line !== '')
  const first = full[0] ?? ''
  if (
    full.every((line) =>
      /^(?:import\b|from\s+\S+\s+import\b|export\s.*\sfrom\b|(?:const|var|let)\s.*\brequire\()/.test(line),
    )
  )
    return 'imports'
  if (/^(?:[-*+]|\d+\.)\s/.test(first)) return 'items'
  if (
    /^(?:@\w|(?:export\s+|default\s+|async\s+|static\s+|public\s+|private\s+|protected\s+|abstract\s+)*(?:def|class|function|interface|type|enum)\s+[\w$]+)/.test(
      first,
    )
  )
    return 'declarations'
  if (/^(?:describe|it|test)(?:\.\w+)*\(/.test(first)) return 'tests'
  if (full.length === 0) return 'blank'
  if (full.every((line) => line.endsWith(','))) return 'elements'
  if (/^(?:\/\/|#|\/\*|\*)/.test(first)) return 'comment'
  if (/^[\w.$'"-]+\s*[:=]/.test(first)) return 'keys'
  if (/[;{]$/.test(full.at(-1) ?? '') || /^[}\])]/.test(first)) return 'statements'
  return 'other'
}
