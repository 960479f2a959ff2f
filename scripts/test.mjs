// All checks of the project, in the order in which they are cheap: format and lint, house rules, then types, builds and tests by turbo.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const steps = [
  ['format and lint', 'biome', ['check', '.']],
  ['house rules', 'node', ['scripts/check-architecture.mjs']],
  ['tools for the Python tests', 'node', ['scripts/ensure-python-tools.mjs'], { optional: process.env.CI !== 'true' }],
  [
    'types, builds, tests',
    'turbo',
    ['run', 'typecheck', 'build', 'test', '--concurrency=2', '--output-logs=new-only', ...process.argv.slice(2)],
  ],
]

const started = Date.now()
for (const [title, command, args, { optional = false } = {}] of steps) {
  if (command === 'node' && !existsSync(args[0])) continue
  console.log(`\n▸ ${title}`)
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit' })
  if (status === 0) continue
  if (optional) {
    console.warn(`  Not available here; the tests that need it say so and skip.`)
    continue
  }
  console.error(`\n✗ ${title} failed (${signal ?? `status ${status}`}).`)
  process.exit(1)
}
console.log(`\n✓ All checks passed in ${Math.round((Date.now() - started) / 1000)} s.`)
