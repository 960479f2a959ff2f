import { z } from 'zod'
import type { FileTool } from './file-tool.ts'
import { pathIn } from './path-in.ts'

const outputSchema = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      code: z.string().nullish(),
      severity: z.string(),
      filename: z.string(),
      labels: z
        .array(z.object({ span: z.object({ line: z.number().nullish(), column: z.number().nullish() }) }))
        .default([]),
    }),
  ),
})

/** `oxlint --fix`. */
export const oxlint: FileTool = {
  name: 'oxlint',
  kind: 'lint',
  handles: (path) => /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/.test(path),
  answers: [0, 1],
  args: (fix) => ['--format=json', '--no-error-on-unmatched-pattern', ...(fix ? ['--fix'] : [])],
  read: ({ stdout, directory }) =>
    outputSchema.parse(JSON.parse(stdout)).diagnostics.map(({ message, code, severity, filename, labels }) => {
      const { line, column } = labels[0]?.span ?? {}
      return {
        path: pathIn(directory, filename),
        ...(line == null ? {} : { line: Math.max(1, line) }),
        ...(column == null ? {} : { column: Math.max(1, column) }),
        severity: severity === 'error' ? ('error' as const) : ('warning' as const),
        ...(code == null ? {} : { rule: code }),
        message,
      }
    }),
}
