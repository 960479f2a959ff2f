/** What a `test` script of package.json starts, as far as one can tell without a shell. */
export interface TestScript {
  program: 'vitest' | 'jest' | 'node' | 'other'
  /** Arguments that change what the tests mean; those of reports, coverage and watching are left out. */
  args: string[]
  /** Files or globs that the script names. */
  files: string[]
}

const LAUNCHERS = new Set([
  'npx',
  'bunx',
  'cross-env',
  'env',
  'pnpm',
  'yarn',
  'npm',
  'exec',
  'c8',
  'nyc',
  'dotenv',
  '--',
])
const DROPPED =
  /^--?(?:run$|watch|reporter|outputFile|coverage|ui$|ci$|json$|verbose|silent|test-reporter|experimental-test-coverage|test$|passWithNoTests|w$|onlyChanged|changed|u$|update)/
/** Options that take the next word as their value when they are written without `=`. */
const TAKES_VALUE = new Set([
  ...['--config', '-c', '--root', '-r', '--dir', '--project', '--environment', '--pool', '--projects', '--rootDir'],
  ...[
    '--import',
    '--loader',
    '--experimental-loader',
    '--require',
    '--conditions',
    '-C',
    '--env-file',
    '--selectProjects',
  ],
  ...[
    '--test-concurrency',
    '--test-timeout',
    '--testTimeout',
    '--maxWorkers',
    '--reporter',
    '--outputFile',
    '--coverage.provider',
  ],
  ...['--test-reporter', '--test-reporter-destination', '--watchPathPattern', '--test-name-pattern'],
])

/** Reads the part of a script that runs tests. Undefined for an empty script and for npm's placeholder. */
export function readTestScript(script: string | undefined): TestScript | undefined {
  if (script === undefined || script.trim() === '' || script.includes('no test specified')) return undefined
  for (const segment of script.split(/&&|\|\||;|\|/)) {
    const words = splitWords(segment)
    const start = words.findIndex((word) => ['vitest', 'jest', 'node'].includes(programName(word)))
    if (start < 0 || !words.slice(0, start).every(isPrelude)) continue
    const program = programName(words[start] ?? '')
    const rest = words.slice(start + 1)
    if (program === 'vitest' || program === 'jest') return { program, ...readArguments(rest) }
    const inner = rest.findIndex((word) => /node_modules\/(?:\.bin\/)?(?:vitest|jest)\b/.test(word))
    if (inner >= 0) {
      const flags = readArguments(rest.slice(0, inner)).args
      const own = readArguments(rest.slice(inner + 1))
      return {
        program: /vitest/.test(rest[inner] ?? '') ? 'vitest' : 'jest',
        args: [...flags, ...own.args],
        files: own.files,
      }
    }
    if (rest.includes('--test')) return { program: 'node', ...readArguments(rest) }
  }
  return { program: 'other', args: [], files: [] }
}

function programName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1)
}

function isPrelude(word: string): boolean {
  return LAUNCHERS.has(word) || /^[A-Za-z_]\w*=/.test(word) || word.startsWith('-')
}

function readArguments(words: readonly string[]): { args: string[]; files: string[] } {
  const args: string[] = []
  const files: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word.startsWith('-')) {
      const value = TAKES_VALUE.has(word) ? words[++at] : undefined
      if (!DROPPED.test(word)) args.push(word, ...(value === undefined ? [] : [value]))
    } else if (!(at === 0 && ['run', 'watch', 'dev'].includes(word))) files.push(word)
  }
  return { args, files }
}

function splitWords(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}
