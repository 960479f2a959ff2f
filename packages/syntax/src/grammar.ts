import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { sha256 } from '@patchlane/kernel'
import { Language as Grammar, Parser } from 'web-tree-sitter'
import { GrammarUnavailableError } from './errors.ts'
import type { Language } from './language.ts'

const require = createRequire(import.meta.url)

/** Grammars that come with this package; the others come with @repomix/tree-sitter-wasms. */
const bundled: ReadonlySet<Language> = new Set<Language>(['json', 'yaml', 'toml'])
/** Where the package's name for a grammar is not ours. */
const packagedNames: Partial<Record<Language, string>> = { csharp: 'c_sharp' }

export interface LoadedGrammar {
  readonly language: Language
  readonly grammar: Grammar
  /** SHA-256 of the grammar's WebAssembly: the grammar's version as far as an index is concerned. */
  readonly digest: string
}

let started: Promise<void> | undefined
const loaded = new Map<Language, Promise<LoadedGrammar>>()

/** Loads a grammar once per thread. @throws {GrammarUnavailableError} */
export function loadGrammar(language: Language): Promise<LoadedGrammar> {
  const known = loaded.get(language)
  if (known !== undefined) return known
  const loading = load(language)
  loaded.set(language, loading)
  // A failure is not remembered: the next call tries again.
  loading.catch(() => loaded.delete(language))
  return loading
}

async function load(language: Language): Promise<LoadedGrammar> {
  try {
    started ??= Parser.init()
    await started
    const bytes = await readFile(grammarFile(language))
    return { language, grammar: await Grammar.load(bytes), digest: sha256(bytes) }
  } catch (error) {
    throw new GrammarUnavailableError(language, error)
  }
}

/** The file a grammar is read from. */
export function grammarFile(language: Language): string {
  if (bundled.has(language)) return fileURLToPath(new URL(`../grammars/tree-sitter-${language}.wasm`, import.meta.url))
  return require.resolve(`@repomix/tree-sitter-wasms/out/tree-sitter-${packagedNames[language] ?? language}.wasm`)
}
