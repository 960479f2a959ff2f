// A feature agent: a new module with its test, exported from the package's index.
import { create, edit, insertBefore } from './edit.mjs'

create(
  'packages/rate-limit/src/token-text.ts',
  `/** A number of tokens for people: \`950\`, \`12.5k\`, \`3M\`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1000) return String(tokens)
  if (tokens < 1_000_000) return \`\${Number((tokens / 1000).toFixed(1))}k\`
  return \`\${Number((tokens / 1_000_000).toFixed(1))}M\`
}
`,
)
create(
  'packages/rate-limit/test/token-text.test.ts',
  `import { expect, it } from 'vitest'
import { formatTokens } from '../src/index.ts'

it.each([
  [950, '950'],
  [12_500, '12.5k'],
  [3_000_000, '3M'],
])('writes %d tokens as %s', (tokens, text) => expect(formatTokens(tokens)).toBe(text))
`,
)
edit('packages/rate-limit/src/index.ts', (text) => `${text}export { formatTokens } from './token-text.ts'\n`)
edit('packages/rate-limit/README.md', (text) => insertBefore(text, /^## /, 'Amounts for people: `formatTokens`.\n'))
