import type { Finding } from '@patchlane/kernel'
import { z } from 'zod'
import { ToolFailedError } from '../check-errors.ts'
import type { FileTool } from './file-tool.ts'
import { pathIn } from './path-in.ts'

const isPython = (path: string) => /\.pyi?$/.test(path)

const violationsSchema = z.array(
  z.object({
    code: z.string().nullable(),
    name: z.string().nullish(),
    message: z.string(),
    filename: z.string(),
    location: z.object({ row: z.number().int(), column: z.number().int() }).nullish(),
  }),
)

/** `ruff format`. A file it cannot parse is the patch's fault; anything else it fails at is its own. */
export const ruffFormat: FileTool = {
  name: 'ruff format',
  kind: 'format',
  handles: isPython,
  answers: [0, 1, 2],
  args: (fix) => ['format', '--force-exclude', '--no-cache', ...(fix ? [] : ['--check'])],
  read({ exitCode, stderr, directory }) {
    if (exitCode === 0) return []
    const findings = [...stderr.matchAll(/^error: Failed to parse (.+?):(\d+):(\d+): (.+)$/gm)].map(
      ([, file = '', line, column, message = '']): Finding => ({
        path: pathIn(directory, file),
        line: Math.max(1, Number(line)),
        column: Math.max(1, Number(column)),
        severity: 'error',
        rule: 'invalid-syntax',
        message,
      }),
    )
    if (findings.length === 0 && exitCode === 2) throw new ToolFailedError('ruff format', 'failed', stderr.trim())
    return findings
  },
}

/** `ruff check`, with its safe fixes. */
export const ruffCheck: FileTool = {
  name: 'ruff check',
  kind: 'lint',
  handles: isPython,
  answers: [0, 1],
  args: (fix) => [
    'check',
    '--force-exclude',
    '--no-cache',
    '--quiet',
    '--output-format=json',
    fix ? '--fix' : '--no-fix',
  ],
  read: ({ stdout, directory }) =>
    violationsSchema.parse(JSON.parse(stdout || '[]')).map(({ code, name, message, filename, location }) => ({
      path: pathIn(directory, filename),
      ...(location == null ? {} : { line: Math.max(1, location.row), column: Math.max(1, location.column) }),
      severity: 'error' as const,
      rule: code ?? name ?? 'invalid-syntax',
      message,
    })),
}
