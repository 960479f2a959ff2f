// Run in a package's folder after its build: packs it as npm would and fails on anything publint or arethetypeswrong call an error.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const folder = mkdtempSync(join(tmpdir(), 'patchlane-pack-'))
try {
  execFileSync('pnpm', ['pack', '--pack-destination', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [archive] = readdirSync(folder)
  const tarball = readFileSync(join(folder, archive))
  const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength)
  const problems = []

  const { messages, pkg } = await publint({ pack: { tarball: bytes }, level: 'warning', strict: true })
  for (const message of messages) problems.push(`publint: ${formatMessage(message, pkg)}`)

  // ESM only, by decision: what CommonJS resolution makes of it is not our concern.
  const ignored = new Set(['CJSResolvesToESM'])
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)))
  const ours = (analysis.problems ?? []).filter(
    (problem) => !ignored.has(problem.kind) && !['node10', 'node16-cjs'].includes(problem.resolutionKind),
  )
  for (const problem of ours) problems.push(`arethetypeswrong: ${JSON.stringify(problem)}`)

  if (problems.length > 0) {
    console.error(problems.join('\n'))
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
