/** Reads JSON as tools write it for people: with comments and trailing commas. Undefined where it is not even that. */
export function parseJsonWithComments(text: string): unknown {
  const plain = text
    .replace(/^\ufeff/, '')
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted: string | undefined) => quoted ?? ' ')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, quoted: string | undefined) => quoted ?? '')
  try {
    return JSON.parse(plain)
  } catch {
    return undefined
  }
}
