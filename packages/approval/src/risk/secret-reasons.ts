import type { ChangedFile } from './changed-file.ts'
import type { RiskReason } from './risk-level.ts'

/** Credentials in lines that a patch adds, found by secretlint's recommended rules. Nothing of them is kept, only where they are. */
export async function secretReasons(files: readonly ChangedFile[]): Promise<RiskReason[]> {
  const suspects = files.filter((file) => !file.binary && file.added.length > 0)
  if (suspects.length === 0) return []
  // A fifth of a second to load, so only once there is something to look at.
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }] }
  const found = await Promise.all(
    suspects.map(async ({ path, added }) => {
      const source = { filePath: `/${path}`, content: added.join('\n'), ext: '', contentType: 'text' as const }
      const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } })
      return messages.length > 0 ? [path] : []
    }),
  )
  const paths = found.flat()
  if (paths.length === 0) return []
  return [{ rule: 'secret', level: 'critical', floor: true, message: 'it adds what looks like a credential', paths }]
}
