// A second feature agent: its own module, and another line of the same index.
import { create, edit, insertBefore } from './edit.mjs'

create(
  'packages/rate-limit/src/wait-text.ts',
  `/** A wait for people: \`850 ms\`, \`12.5 s\`, \`3 min 20 s\`. */
export function formatWait(milliseconds: number): string {
  if (milliseconds < 1000) return \`\${Math.round(milliseconds)} ms\`
  const seconds = milliseconds / 1000
  if (seconds < 60) return \`\${Number(seconds.toFixed(1))} s\`
  return \`\${Math.floor(seconds / 60)} min \${Math.round(seconds % 60)} s\`
}
`,
)
create(
  'packages/rate-limit/test/wait-text.test.ts',
  `import { expect, it } from 'vitest'
import { formatWait } from '../src/index.ts'

it.each([
  [850, '850 ms'],
  [12_500, '12.5 s'],
  [200_000, '3 min 20 s'],
])('writes a wait of %d as %s', (milliseconds, text) => expect(formatWait(milliseconds)).toBe(text))
`,
)
edit('packages/rate-limit/src/index.ts', (text) =>
  insertBefore(text, /'\.\/provider-quota\.ts'/, "export { formatWait } from './wait-text.ts'"),
)
