const cache = new Map<string, RegExp>()

/** Whether a path (forward slashes) matches a glob: `**`, `*`, `?`, `{a,b}`, `[ab]` and the extended `?(…)`, `*(…)`, `+(…)`, `@(…)`. */
export function matchesGlob(path: string, glob: string): boolean {
  let pattern = cache.get(glob)
  if (pattern === undefined) {
    pattern = new RegExp(`^${translate(glob.replace(/^\.\//, ''))}$`)
    cache.set(glob, pattern)
  }
  return pattern.test(path)
}

function translate(glob: string): string {
  let result = ''
  const groups: string[] = []
  for (let at = 0; at < glob.length; at++) {
    const rest = glob.slice(at)
    const char = glob.charAt(at)
    const extended = /^[?*+@]\(/.exec(rest)
    if (extended !== null) {
      result += '(?:'
      groups.push(char === '@' ? ')' : `)${char}`)
      at += 1
    } else if (rest.startsWith('**/')) {
      result += '(?:[^/]+/)*'
      at += 2
    } else if (rest.startsWith('**')) {
      result += '.*'
      at += 1
    } else if (char === '*') result += '[^/]*'
    else if (char === '?') result += '[^/]'
    else if (char === '{') {
      result += '(?:'
      groups.push('}')
    } else if (char === '}' && groups.at(-1) === '}') {
      result += ')'
      groups.pop()
    } else if (char === ')' && groups.at(-1)?.startsWith(')')) result += groups.pop() ?? ''
    else if ((char === ',' && groups.at(-1) === '}') || (char === '|' && groups.length > 0)) result += '|'
    else if (char === '[' && /^\[!?[^\]]+\]/.test(rest)) {
      const end = rest.indexOf(']')
      result += `[${rest.slice(1, end).replace(/^!/, '^').replaceAll('\\', '\\\\')}]`
      at += end
    } else result += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  }
  // An unclosed group is taken to end with the pattern.
  return (
    result +
    groups
      .reverse()
      .map((close) => (close === '}' ? ')' : close))
      .join('')
  )
}
