import type { Finding } from '@patchlane/kernel'
import { ToolFailedError } from '../check-errors.ts'
import type { FileTool } from './file-tool.ts'
import { pathIn } from './path-in.ts'

/** `prettier --write`; it decides itself which files it knows, and which `.prettierignore` takes out. */
export const prettier: FileTool = {
  name: 'prettier',
  kind: 'format',
  handles: (path) =>
    /\.(?:[cm]?[jt]sx?|vue|css|scss|less|html?|json[c5]?|ya?ml|mdx?|graphql|gql|hbs|svelte|astro)$/.test(path),
  answers: [0, 1, 2],
  args: (fix) => [
    fix ? '--write' : '--check',
    '--ignore-unknown',
    '--no-error-on-unmatched-pattern',
    '--log-level=warn',
  ],
  read({ exitCode, stderr, directory }) {
    if (exitCode !== 2) return []
    const findings = [...stderr.matchAll(/^\[error\] (.+?): (\w*Error: .+?)(?: \((\d+):(\d+)\))?$/gm)].map(
      ([, file = '', message = '', line, column]): Finding => ({
        path: pathIn(directory, file),
        ...(line === undefined ? {} : { line: Math.max(1, Number(line)), column: Math.max(1, Number(column)) }),
        severity: 'error',
        rule: 'syntax',
        message,
      }),
    )
    if (findings.length === 0) throw new ToolFailedError('prettier', 'failed', stderr.trim())
    return findings
  },
}
