import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Language as Grammar, Parser } from 'web-tree-sitter'
import { GrammarUnavailableError } from './errors.ts'
import { type Language, languages } from './language.ts'

/** From this package's folder, also where its code has been bundled into another's. */
const manifest = createRequire(import.meta.url).resolve('@patchlane/syntax/package.json')
const require = createRequire(manifest)
const packaged = '@repomix/tree-sitter-wasms'

/** Grammars that come with this package; the others come with {@link packaged}. */
const bundled: ReadonlySet<Language> = new Set<Language>(['json', 'yaml', 'toml'])
/** Where the package's name for a grammar is not ours. */
const packagedNames: Partial<Record<Language, string>> = { csharp: 'c_sharp' }

let started: Promise<void> | undefined
const loaded = new Map<Language, Promise<Grammar>>()

/** Loads a grammar once per thread. @throws {GrammarUnavailableError} */
export function loadGrammar(language: Language): Promise<Grammar> {
  const known = loaded.get(language)
  if (known !== undefined) return known
  const loading = load(language)
  loaded.set(language, loading)
  // A failure is not remembered: the next call tries again.
  loading.catch(() => loaded.delete(language))
  return loading
}

async function load(language: Language): Promise<Grammar> {
  try {
    started ??= Parser.init()
    await started
    return await Grammar.load(await readFile(grammarFile(language)))
  } catch (error) {
    throw new GrammarUnavailableError(language, error)
  }
}

function grammarFile(language: Language): string {
  if (bundled.has(language)) return join(dirname(manifest), 'grammars', `tree-sitter-${language}.wasm`)
  return require.resolve(`${packaged}/out/tree-sitter-${packagedNames[language] ?? language}.wasm`)
}

/**
 * What tells one set of grammars from another: the version of the package they come from, the parser's, and each file's size.
 * Reading and hashing twenty megabytes would cost more than all else at the start of a program.
 */
export async function grammarVersions(): Promise<Record<string, string | number>> {
  const versions: Record<string, string | number> = {}
  for (const name of [packaged, 'web-tree-sitter']) versions[name] = await packageVersion(name)
  const files = await Promise.all(
    languages.map(async (language) => [language, (await stat(grammarFile(language))).size] as const),
  )
  return { ...versions, ...Object.fromEntries(files) }
}

async function packageVersion(name: string): Promise<string> {
  // Not every package exports its manifest: it lies in the folder of the entry, or above it.
  const entry =
    name === packaged ? require.resolve(`${name}/package.json`) : join(dirname(require.resolve(name)), 'package.json')
  const { version }: { version?: unknown } = JSON.parse(await readFile(entry, 'utf8'))
  if (typeof version !== 'string') throw new TypeError(`The manifest of ${name} has no version.`)
  return version
}
