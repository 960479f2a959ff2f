/** JSON with comments and trailing commas, as compiler configurations are written. Undefined if it is not even that. */
export function parseJsonc(source: string): unknown {
  const plain = source
    .replace(/^\ufeff/, '')
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_whole, text?: string) => text ?? '')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_whole, text?: string) => text ?? '')
  try {
    return JSON.parse(plain)
  } catch {
    return undefined
  }
}
