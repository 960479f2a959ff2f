export interface StatusEntry {
  path: string
  /** The old path of a staged rename. */
  from?: string
  /** `?` untracked, `!` ignored, `u` unmerged, else the letter git gives (`M`, `A`, `D`, `R`, `T`, `.` for none). */
  index: string
  workTree: string
  submodule: boolean
}

/** Reads `git status --porcelain=v2 -z`. */
export function parseStatus(stdout: string): StatusEntry[] {
  const fields = stdout.split('\0')
  const entries: StatusEntry[] = []
  for (let at = 0; at < fields.length; at++) {
    const line = fields[at] ?? ''
    const [kind = '', xy = '..', sub = 'N...'] = line.split(' ', 3)
    const submodule = sub.startsWith('S')
    const letters = { index: xy[0] ?? '.', workTree: xy[1] ?? '.' }
    if (kind === '1') entries.push({ path: afterBlanks(line, 8), ...letters, submodule })
    else if (kind === '2') entries.push({ path: afterBlanks(line, 9), from: fields[++at] ?? '', ...letters, submodule })
    else if (kind === 'u') entries.push({ path: afterBlanks(line, 10), index: 'u', workTree: 'u', submodule })
    else if (kind === '?' || kind === '!')
      entries.push({ path: line.slice(2), index: kind, workTree: kind, submodule: false })
  }
  return entries
}

function afterBlanks(line: string, count: number): string {
  let at = 0
  for (let n = 0; n < count; n++) at = line.indexOf(' ', at) + 1
  return line.slice(at)
}
