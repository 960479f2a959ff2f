import type { ByteText } from './byte-text.ts'

/** `auto` finds out; `whole` is files in full. */
export const patchFormats = ['unified', 'search-replace', 'begin-patch', 'json', 'whole'] as const
export type PatchFormat = (typeof patchFormats)[number]

/** The format of a text by its own marks; `undefined` if it has none. */
export function detectFormat(text: ByteText): PatchFormat | undefined {
  if (/^\*\*\* Begin Patch\s*$/m.test(text)) return 'begin-patch'
  if (/^\s*[[{]/.test(text)) return 'json'
  if (/^diff --(?:git|cc|combined) /m.test(text) || /^--- .*\n\+\+\+ /m.test(text)) return 'unified'
  if (/^<{5,9} ?(?:SEARCH|ORIGINAL)\s*$/m.test(text)) return 'search-replace'
  if (/^@@ -\d/m.test(text)) return 'unified'
  if (/^\S.*\n+```[^\n]*\n[\s\S]*^```\s*$/m.test(text)) return 'whole'
  return undefined
}

/** A text that is one fenced block, with prose around it at most, without the fence. */
export function withoutFence(text: ByteText): ByteText | undefined {
  const fenced = /^(`{3,}|~{3,})(?:diff|patch|json|udiff)?[ \t]*\r?\n([\s\S]*?)^\1[ \t]*\r?$/m.exec(text)
  return fenced?.[2]
}
