import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface DetectedTool {
  kind: 'format' | 'lint' | 'hooks' | 'diagnostics' | 'tests'
  tool: string
  /** The file, or the entry of a file, that tells. */
  evidence: string
}

interface Sign extends Omit<DetectedTool, 'evidence'> {
  /** A file at the root with such a name. */
  file?: RegExp
  /** A dependency in package.json. */
  dependency?: string
  /** A text in pyproject.toml or a requirements file. */
  python?: RegExp
}

const signs: readonly Sign[] = [
  { kind: 'format', tool: 'biome', file: /^biome\.jsonc?$/ },
  {
    kind: 'format',
    tool: 'prettier',
    file: /^(?:\.prettierrc(?:\..+)?|prettier\.config\..+)$/,
    dependency: 'prettier',
  },
  { kind: 'format', tool: 'ruff format', file: /^\.?ruff\.toml$/, python: /^\[tool\.ruff|^\s*"?ruff\b/m },
  { kind: 'lint', tool: 'biome', file: /^biome\.jsonc?$/ },
  { kind: 'lint', tool: 'eslint', file: /^(?:\.eslintrc(?:\..+)?|eslint\.config\..+)$/, dependency: 'eslint' },
  { kind: 'lint', tool: 'oxlint', file: /^\.oxlintrc\.json$/, dependency: 'oxlint' },
  { kind: 'lint', tool: 'ruff check', file: /^\.?ruff\.toml$/, python: /^\[tool\.ruff|^\s*"?ruff\b/m },
  { kind: 'hooks', tool: 'pre-commit', file: /^\.pre-commit-config\.ya?ml$/ },
  { kind: 'diagnostics', tool: 'TypeScript language server', file: /^tsconfig(?:\..+)?\.json$/ },
  { kind: 'diagnostics', tool: 'pyright', file: /^pyrightconfig\.json$/, python: /^\[tool\.pyright|^\s*"?pyright\b/m },
  { kind: 'tests', tool: 'vitest', file: /^vitest\.(?:config|workspace)\..+$/, dependency: 'vitest' },
  { kind: 'tests', tool: 'jest', file: /^jest\.config\..+$/, dependency: 'jest' },
  { kind: 'tests', tool: 'pytest', file: /^(?:pytest\.ini|conftest\.py)$/, python: /^\[tool\.pytest|^\s*"?pytest\b/m },
]

/** Which tools the files at the root of a project speak of; each once, with what tells. Reads only, runs nothing. */
export async function detectToolchain(root: string): Promise<DetectedTool[]> {
  const names = (await readdir(root)).sort()
  const dependencies = dependenciesOf(await readText(join(root, 'package.json')))
  const python = [
    'pyproject.toml',
    ...names.filter((name) => /^(?:dev-)?requirements.*\.txt$|^setup\.cfg$|^tox\.ini$/.test(name)),
  ]
  const texts = await Promise.all(python.map(async (name) => [name, await readText(join(root, name))] as const))
  return signs.flatMap(({ kind, tool, file, dependency, python: pattern }) => {
    const evidence =
      names.find((name) => file?.test(name)) ??
      (dependency !== undefined && dependencies.has(dependency) ? `package.json: ${dependency}` : undefined) ??
      texts.find(([, text]) => pattern?.test(text))?.[0]
    return evidence === undefined ? [] : [{ kind, tool, evidence }]
  })
}

function dependenciesOf(text: string): Set<string> {
  try {
    const manifest: unknown = JSON.parse(text)
    if (typeof manifest !== 'object' || manifest === null) return new Set()
    const sections = Object.entries(manifest).filter(([key]) => /^(?:dev|peer|optional)?[dD]ependencies$/.test(key))
    return new Set(sections.flatMap(([, section]: [string, unknown]) => Object.keys(Object(section))))
  } catch {
    return new Set()
  }
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}
