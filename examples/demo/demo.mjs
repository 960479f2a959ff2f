// The main job, on this repository: ten agents change a clone of it at once, through one gateway. Ends with proof, or with status 1.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const agents = join(root, 'examples', 'demo', 'agents')
/** The command from source: Node strips the types, so that nothing has to be built first. */
const cli = ['--conditions=@patchlane/source', join(root, 'apps', 'cli', 'src', 'main.ts')]
const keep = process.argv.includes('--keep')

const bold = (text) => (process.stdout.isTTY && !process.env.NO_COLOR ? `\u001b[1m${text}\u001b[0m` : text)
const say = (title) => console.log(`\n${bold(`▸ ${title}`)}`)

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
  if (result.status !== 0)
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} ended with status ${result.status}`)
}

const folder = mkdtempSync(join(tmpdir(), 'patchlane-demo-'))
const clone = join(folder, 'patchlane')
const git = (...args) => execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8' }).trim()
const read = (file) => readFileSync(join(clone, file), 'utf8')
const configFile = join(folder, 'patchlane.config.json')
const patchlane = (...args) =>
  spawnSync(process.execPath, [...cli, '-C', clone, '--config', configFile, ...args], { encoding: 'utf8' })

function setUp() {
  say('Set-up: clone this repository, install its dependencies')
  run('git', ['clone', '--quiet', root, clone])
  git('checkout', '--quiet', '-B', 'main')
  git('config', 'user.name', 'Demo')
  git('config', 'user.email', 'demo@localhost')
  run('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--silent'], { cwd: clone })
  // As this repository has it, but with everything inside the demo's own folder.
  const config = JSON.parse(readFileSync(join(root, 'patchlane.config.json'), 'utf8'))
  writeFileSync(
    configFile,
    JSON.stringify({ ...config, $schema: undefined, workspaces: { root: join(folder, 'workspaces') } }),
  )
  const plan = readFileSync(join(root, 'examples', 'demo', 'plan.yaml'), 'utf8')
  const old = git('rev-list', '--max-count=6', 'HEAD').split('\n').at(-1)
  const file = join(folder, 'plan.yaml')
  writeFileSync(file, plan.replaceAll('{{agents}}', agents).replaceAll('{{old}}', old))
  return file
}

/** What the files must show for each subtask that landed, and must not show for the one that did not. */
const evidence = {
  'token-text': () => read('packages/rate-limit/src/index.ts').includes('formatTokens'),
  'wait-text': () => read('packages/rate-limit/src/index.ts').includes('formatWait'),
  'freeze-statuses': () => read('packages/rate-limit/src/provider-signal.ts').includes('FREEZING.has(status)'),
  'whole-milliseconds': () => read('packages/rate-limit/src/provider-signal.ts').includes('Math.round(freezeMs)'),
  rename: () => read('packages/rate-limit/src/provider-signal.ts').includes('isHeadersObject'),
  'faster-estimate': () => !read('packages/rate-limit/src/output-estimator.ts').includes('toSorted'),
  'sample-100': () => read('packages/rate-limit/src/output-estimator.ts').includes('options.size ?? 100'),
  'sample-400': () => git('log', '--format=%s').includes('Count the latest 400 samples'),
  'ci-step': () => !read('.github/workflows/demo.yml').includes('timeout-minutes: 15'),
  'old-base': () => read('LICENSE').includes('2026 The Patchlane authors'),
}

function prove(patches, before) {
  const failures = []
  const check = (holds, text) => {
    console.log(`  ${holds ? '✓' : '✗'} ${text}`)
    if (!holds) failures.push(text)
  }
  const of = (subtask) => patches.find((patch) => patch.subtask === subtask)
  const landed = patches.filter((patch) => patch.status === 'landed')
  const commits = git('rev-list', '--first-parent', '--reverse', `${before}..HEAD`).split('\n')

  check(patches.length === 10, 'all ten agents were heard')
  check(landed.length === 8, `eight patches landed (${landed.length})`)
  check(
    commits.length === landed.length && landed.every((patch) => commits.includes(patch.landedCommit)),
    'one commit for each landed patch, and no other',
  )
  for (const patch of landed)
    check(evidence[patch.subtask]?.() === true, `${patch.subtask}: its change is in the result`)
  const broken = of('faster-estimate')
  check(
    broken?.status === 'rejected' && /OutputEstimator/.test(broken.reason),
    `faster-estimate was rejected, and the failing test is named`,
  )
  check(!evidence['faster-estimate'](), 'faster-estimate left nothing behind')
  check(
    of('ci-step')?.status === 'awaiting_approval' && !evidence['ci-step'](),
    'ci-step waits for a person; nothing of it has landed',
  )
  const attempts = ['sample-100', 'sample-400'].map((subtask) => of(subtask)?.attempts).sort()
  check(
    attempts[0] === 1 && attempts[1] === 2,
    'of two agents in conflict one was sent back, with both sides, and landed on its second attempt',
  )
  check(of('old-base')?.status === 'landed', 'the patch from an old commit was merged onto the head')
  check(git('status', '--porcelain', '-uall') === '', 'the checkout is clean and stands at the head')
  const tests = spawnSync('pnpm', ['vitest', 'run', '--reporter=dot'], {
    cwd: join(clone, 'packages', 'rate-limit'),
    encoding: 'utf8',
  })
  check(tests.status === 0, 'the tests of the result pass')
  if (tests.status !== 0) console.log(tests.stdout.slice(-2000))
  return failures
}

// The command gets the interrupt too and ends by itself; this program stays to clean up.
process.on('SIGINT', () => {})

try {
  const plan = setUp()
  const before = git('rev-parse', 'HEAD')
  say('Ten agents at work')
  const started = Date.now()
  const resultFile = join(folder, 'result.json')
  spawnSync(process.execPath, [...cli, '-C', clone, '--config', configFile, 'run', plan, '--result', resultFile], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  const result = JSON.parse(readFileSync(resultFile, 'utf8'))

  say('The resulting history')
  console.log(git('log', '--oneline', '--no-decorate', `${before}~1..HEAD`))
  say('Waiting for a person')
  console.log(patchlane('queue', 'list', '--status', 'awaiting_approval').stdout.trimEnd())
  say('Proof')
  const failures = prove(result.patches, before)
  console.log(`\nTen agents, one repository: ${seconds} s from start to verdicts.`)
  if (failures.length > 0) {
    console.error(`\n✗ ${failures.length} of the claims above do not hold.`)
    process.exitCode = 1
  }
} catch (error) {
  console.error(`\ndemo: ${error.message}`)
  process.exitCode = 1
} finally {
  if (keep) console.log(`\nThe clone is kept in ${clone}`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
