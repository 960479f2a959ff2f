// A feature agent: a new module with its test, exported from the package's index.
import { create, edit, insertBefore } from './edit.mjs'

create(
  'packages/kernel/src/byte-size.ts',
  `const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** A number of bytes for people, in powers of 1000: \`1.5 MB\`. */
export function formatByteSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  const value = bytes / 1000 ** power
  return \`\${power === 0 ? value : Number(value.toFixed(1))} \${units[power]}\`
}
`,
)
create(
  'packages/kernel/test/byte-size.test.ts',
  `import { expect, it } from 'vitest'
import { formatByteSize } from '../src/index.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1500, '1.5 kB'],
  [2_000_000, '2 MB'],
])('writes %d bytes as %s', (bytes, text) => expect(formatByteSize(bytes)).toBe(text))
`,
)
edit('packages/kernel/src/index.ts', (text) =>
  insertBefore(text, /'\.\/clock\.ts'/, "export { formatByteSize } from './byte-size.ts'"),
)
