import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)

async function benchmark(name: string, ...args: string[]): Promise<Record<string, unknown>> {
  const script = new URL(`../../../benchmarks/${name}`, import.meta.url).pathname
  const { stdout } = await run(process.execPath, ['--conditions=@patchlane/source', script, ...args])
  return JSON.parse(stdout)
}

it('leaves everything as it was after patches that fail in every way', { timeout: 120_000 }, async () => {
  expect(await benchmark('rollback.mjs', '--patches=5', '--seed=5')).toMatchObject({ patches: 5, problems: [] })
})

it('loses nothing when it is killed beside a user who commits', { timeout: 120_000 }, async () => {
  expect(await benchmark('kills.mjs', '--kills=1', '--seed=3')).toMatchObject({ kills: 1, problems: [] })
})
