export { GrammarUnavailableError, SyntaxLimitError } from './errors.ts'
export { type Language, languageOf, languages } from './language.ts'
export { hasSyntaxErrors, type ParseOptions, parseTree } from './parse-tree.ts'
export type { SyntaxNode, SyntaxTree } from './syntax-tree.ts'
