import type { Language } from '../language.ts'
import { cppQuery, cQuery } from './c-family.ts'
import { csharpQuery } from './csharp.ts'
import { javascriptQuery, typescriptQuery } from './ecmascript.ts'
import { goQuery } from './go.ts'
import { javaQuery } from './java.ts'
import { phpQuery } from './php.ts'
import { pythonQuery } from './python.ts'
import { rubyQuery } from './ruby.ts'
import { rustQuery } from './rust.ts'

/**
 * What to find in a source, by language: `@definition.<kind>` with its `@name`, `@import` (a whole statement), `@package`,
 * `@comment`. Data languages have no query: they are parsed for merging, and read as words for searching.
 */
export const queries: Partial<Record<Language, string>> = {
  typescript: typescriptQuery,
  tsx: typescriptQuery,
  javascript: javascriptQuery,
  python: pythonQuery,
  go: goQuery,
  rust: rustQuery,
  java: javaQuery,
  c: cQuery,
  cpp: cppQuery,
  csharp: csharpQuery,
  ruby: rubyQuery,
  php: phpQuery,
}
