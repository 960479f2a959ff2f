// Runs the CLI from the checkout, in the folder of the caller: npm run patchlane -- <args>
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const main = join(import.meta.dirname, '..', 'apps', 'cli', 'dist', 'main.js')
if (!existsSync(main)) {
  const built = spawnSync('turbo', ['run', 'build', '--filter=patchlane...', '--output-logs=errors-only'], {
    stdio: ['ignore', 2, 2],
  })
  if (built.status !== 0) process.exit(1)
}
const { status } = spawnSync(process.execPath, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: process.env.INIT_CWD,
})
process.exit(status ?? 1)
