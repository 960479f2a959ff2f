/** Whether a path matches one of the globs: `**`, `*`, `?` and `{a,b}`. A glob without a slash matches the name in any folder. */
export function pathMatcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map((glob) => toPattern(glob.includes('/') ? glob.replace(/^\.?\//, '') : `**/${glob}`))
  return (path) => patterns.some((pattern) => pattern.test(path))
}

function toPattern(glob: string): RegExp {
  let depth = 0
  const source = glob.replace(/\*\*\/|\*\*|\*|\?|[{},]|[\\^$.+()[\]|]/g, (token) => {
    if (token === '**/') return '(?:[^/]+/)*'
    if (token === '**') return '.*'
    if (token === '*') return '[^/]*'
    if (token === '?') return '[^/]'
    if (token === '{') return depth++ >= 0 ? '(?:' : token
    if (token === '}' && depth > 0) return depth-- > 0 ? ')' : token
    if (token === ',') return depth > 0 ? '|' : ','
    return `\\${token}`
  })
  return new RegExp(`^${source}${')'.repeat(depth)}$`)
}
