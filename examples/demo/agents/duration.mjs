// A second feature agent: its own module, and another line of the same index.
import { create, edit, insertBefore } from './edit.mjs'

create(
  'packages/kernel/src/duration.ts',
  `/** A duration for people: \`850 ms\`, \`12.5 s\`, \`3 min 20 s\`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return \`\${Math.round(milliseconds)} ms\`
  const seconds = milliseconds / 1000
  if (seconds < 60) return \`\${Number(seconds.toFixed(1))} s\`
  return \`\${Math.floor(seconds / 60)} min \${Math.round(seconds % 60)} s\`
}
`,
)
create(
  'packages/kernel/test/duration.test.ts',
  `import { expect, it } from 'vitest'
import { formatDuration } from '../src/index.ts'

it.each([
  [850, '850 ms'],
  [12_500, '12.5 s'],
  [200_000, '3 min 20 s'],
])('writes %d as %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))
`,
)
edit('packages/kernel/src/index.ts', (text) =>
  insertBefore(text, /'\.\/events\.ts'/, "export { formatDuration } from './duration.ts'"),
)
