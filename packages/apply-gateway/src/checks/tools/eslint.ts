import { z } from 'zod'
import type { FileTool } from './file-tool.ts'
import { pathIn } from './path-in.ts'

const resultsSchema = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(
      z.object({
        ruleId: z.string().nullish(),
        severity: z.number(),
        message: z.string(),
        line: z.number().nullish(),
        column: z.number().nullish(),
      }),
    ),
  }),
)

/** `eslint --fix`. Warnings are passed on, errors fail. */
export const eslint: FileTool = {
  name: 'eslint',
  kind: 'lint',
  handles: (path) => /\.(?:[cm]?[jt]sx?|vue|svelte|astro)$/.test(path),
  answers: [0, 1],
  args: (fix) => ['--format=json', '--no-error-on-unmatched-pattern', '--no-warn-ignored', ...(fix ? ['--fix'] : [])],
  read: ({ stdout, directory }) =>
    resultsSchema.parse(JSON.parse(stdout)).flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId, severity, message, line, column }) => ({
        path: pathIn(directory, filePath),
        ...(line == null ? {} : { line: Math.max(1, line) }),
        ...(column == null ? {} : { column: Math.max(1, column) }),
        severity: severity === 2 ? ('error' as const) : ('warning' as const),
        rule: ruleId ?? 'syntax',
        message,
      })),
    ),
}
