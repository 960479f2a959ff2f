/** What a source file may refer to, found in its text. All of it is a superset: more than is really used, hardly ever less. */
export interface Evidence {
  /** Module names in the place of an import, a require, a mock or the like. */
  modules: string[]
  /** Other literals that could name a file, a folder or a module. */
  literals: string[]
  /** Fixed beginnings of names that are put together at run time: `./locales/` of a template or a glob. */
  prefixes: string[]
  /** It loads modules whose names only its run knows. */
  computed: boolean
}

const MAX_LITERAL = 200
/** Longer files are generated or bundled; their literals say nothing about what they load. */
const MAX_SOURCE = 2_000_000

const JS_MODULE =
  /(?:\bfrom|\bimport|\b(?:import|require|resolve|requireActual|importActual|requireMock|importMock|mock|doMock|unmock|dontMock|doUnmock|setMock|register|unstable_mockModule|module)\s*(?:<[^()\n]*>)?\s*\()\s*(?:\/\*[^*]*\*\/\s*)?(["'`])([^"'`\n]{1,200})\1/g
const JS_COMPUTED =
  /\b(?:import\s*|require|importActual|requireActual)\(\s*(?:\/\*[\s\S]*?\*\/\s*)*(?!\/[/*])([^"'`\s)/][^\s),]*)/g
const TEMPLATE_PREFIX = /`([^`$\n]{0,200})\$\{/g
const PY_FROM = /(?:^|[;:])[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(?:\(([^)]*)\)|((?:[^\n#;\\]|\\\r?\n)+))/gm
const PY_IMPORT = /(?:^|[;:])[ \t]*import[ \t]+((?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,?[ \t]*(?:\\\r?\n[ \t]*)?)+)/gm
const PY_COMPUTED =
  /\b(?:import_module|__import__|run_path|run_module|exec_module|walk_packages|iter_modules|spec_from_file_location)\s*\(\s*[^"'\s)]/

export function scanJavaScript(source: string): Evidence {
  const text = source.length > MAX_SOURCE ? '' : source
  const modules = [...text.matchAll(JS_MODULE)].map(([, , name = '']) => name)
  // `const name = 'x'; import(name)` hides a module from a bundler, not from us.
  const loaded = [...text.matchAll(JS_COMPUTED)].map(([, name = '']) => ({ literal: constantOf(name, text) }))
  modules.push(...loaded.flatMap(({ literal }) => literal ?? []))
  const literals = quoted(text)
  const prefixes = [
    ...[...text.matchAll(TEMPLATE_PREFIX)].map(([, prefix = '']) => prefix),
    ...[...modules, ...literals]
      .filter((literal) => literal.includes('*'))
      .map((glob) => glob.slice(0, glob.indexOf('*'))),
  ].filter((prefix) => prefix.includes('/'))
  return {
    modules: unique(modules),
    literals: unique(literals),
    prefixes: unique(prefixes),
    computed: loaded.some(({ literal }) => literal === undefined),
  }
}

function constantOf(name: string, text: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return undefined
  const declarations = [
    ...text.matchAll(
      new RegExp(`\\b(const\\s+)?${name}\\s*(?::\\s*string\\s*)?=(?!=)\\s*(?:(["'])([^"'\\n]*)\\2)?`, 'g'),
    ),
  ]
  const [only, ...others] = declarations
  return others.length === 0 && only?.[1] !== undefined ? only[3] : undefined
}

export function scanPython(source: string): Evidence {
  const text = source.length > MAX_SOURCE ? '' : source
  const modules: string[] = []
  for (const [, from = '', inParentheses, plain] of text.matchAll(PY_FROM)) {
    modules.push(from)
    const joint = from.endsWith('.') ? from : `${from}.`
    for (const name of names((inParentheses ?? plain ?? '').replace(/#[^\n]*/g, ''))) modules.push(joint + name)
  }
  for (const [, list = ''] of text.matchAll(PY_IMPORT)) modules.push(...names(list))
  const literals = quoted(text)
  const prefixes = literals.flatMap((literal) => {
    const cut = literal.search(/[*{%]/)
    return cut > 0 && literal.slice(0, cut).includes('/') ? [literal.slice(0, cut)] : []
  })
  return {
    modules: unique(modules),
    literals: unique(literals),
    prefixes: unique(prefixes),
    computed: PY_COMPUTED.test(text),
  }
}

/** For configuration files: what they name. */
export function scanData(source: string): Evidence {
  const literals = quoted(source.length > MAX_SOURCE ? '' : source)
  return { modules: [], literals: unique(literals), prefixes: [], computed: false }
}

function names(list: string): string[] {
  return list
    .replaceAll('\\', ' ')
    .split(',')
    .map((item) => item.trim().split(/\s+/)[0] ?? '')
    .filter((name) => /^[\w.]+$/.test(name))
}

/**
 * Every text between two equal quotes on one line, whichever of them opens. Pairing quotes rightly would need a parser for each dialect, and a
 * parser that is wrong misses something; this cannot miss a literal without escapes, and what it finds too much names no file.
 */
function quoted(text: string): string[] {
  const found: string[] = []
  for (const quote of [`"`, `'`, '`']) {
    let start = text.indexOf(quote)
    while (start >= 0) {
      const end = text.indexOf(quote, start + 1)
      if (end < 0) break
      if (end - start > 1 && end - start <= MAX_LITERAL) {
        const literal = text.slice(start + 1, end)
        if (!literal.includes('\n') && /^[\w@.~#$/\\*{}%+ -]+$/.test(literal))
          found.push(literal.replaceAll('\\\\', '/'))
      }
      start = end
    }
  }
  return found
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
