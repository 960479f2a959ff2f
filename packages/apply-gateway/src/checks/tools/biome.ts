import type { Finding } from '@patchlane/kernel'
import { z } from 'zod'
import type { FileTool, ToolAnswer } from './file-tool.ts'
import { pathIn } from './path-in.ts'

const positionSchema = z.object({ line: z.number(), column: z.number() })
const reportSchema = z.object({
  diagnostics: z.array(
    z.object({
      severity: z.string(),
      message: z.union([z.string(), z.unknown().transform((value) => JSON.stringify(value))]),
      category: z.string().nullish(),
      location: z
        .object({
          path: z.union([z.string(), z.object({ file: z.string() }).transform(({ file }) => file)]).nullish(),
          start: positionSchema.nullish(),
        })
        .nullish(),
    }),
  ),
})

const common = ['--reporter=json', '--no-errors-on-unmatched', '--files-ignore-unknown=true', '--colors=off']
const handles = (path: string) => /\.(?:[cm]?[jt]sx?|jsonc?|css|graphql|gql|html?|vue|svelte|astro)$/.test(path)

/** `biome format --write`. */
export const biomeFormat: FileTool = {
  name: 'biome format',
  kind: 'format',
  handles,
  answers: [0, 1],
  args: (fix) => ['format', ...common, ...(fix ? ['--write'] : [])],
  // Without `--write` every unformatted file is an error; only what cannot be parsed is one here.
  read: (answer) => read(answer).filter((finding) => finding.rule !== 'format'),
}

/** `biome lint --write`, with safe fixes. */
export const biomeLint: FileTool = {
  name: 'biome lint',
  kind: 'lint',
  handles,
  answers: [0, 1],
  args: (fix) => ['lint', ...common, ...(fix ? ['--write'] : [])],
  read,
}

function read({ stdout, directory }: ToolAnswer): Finding[] {
  return reportSchema.parse(JSON.parse(stdout)).diagnostics.map(({ severity, message, category, location }) => ({
    ...(location?.path == null ? {} : { path: pathIn(directory, location.path) }),
    ...(location?.start == null || location.start.line < 1
      ? {}
      : { line: location.start.line, column: Math.max(1, location.start.column) }),
    severity: severity === 'error' || severity === 'fatal' ? 'error' : severity === 'warning' ? 'warning' : 'info',
    ...(category == null ? {} : { rule: category }),
    message,
  }))
}
