// Runs a command with the project's own Node, pnpm and dependencies: node scripts/bootstrap.mjs <command> [args...]
// A machine needs only git, Node 20+ and npm. What is already there is not fetched again.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE = '24.21.0'
const PNPM = '12.21.0'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const toolchain = join(root, '.toolchain')
const toolchainStamp = join(toolchain, 'stamp')
const installStamp = join(root, 'node_modules', '.patchlane-install')

/** The caller's npm_* variables belong to the outer npm call; only where to fetch from carries over. */
function cleanEnvironment() {
  const keep = /^npm_config_(registry|cache|proxy|https_proxy|http_proxy|noproxy|cafile|userconfig|nodedir)$/i
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || keep.test(name))
  return {
    ...Object.fromEntries(inherited),
    ...(process.env.INIT_CWD ? { INIT_CWD: process.env.INIT_CWD } : {}),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    PATH: [join(root, 'node_modules', '.bin'), join(toolchain, 'node_modules', '.bin'), process.env.PATH].join(
      delimiter,
    ),
  }
}

function must(command, args, options) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    ...options,
  })
  if (result.error) fail(`${command} could not be started: ${result.error.message}`)
  if (result.status !== 0) fail(`\`${command} ${args.join(' ')}\` ended with status ${result.status ?? result.signal}.`)
}

function fail(message) {
  console.error(`bootstrap: ${message}\nIt needs git, Node 20 or later, npm, and access to the npm registry.`)
  process.exit(1)
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function ensureToolchain() {
  const want = `${NODE} ${PNPM}`
  if (read(toolchainStamp) === want) return
  console.error(`bootstrap: fetching Node ${NODE} and pnpm ${PNPM} from npm (once)`)
  mkdirSync(toolchain, { recursive: true })
  writeFileSync(join(toolchain, 'package.json'), '{"private":true}\n')
  must('npm', [
    'install',
    '--prefix',
    toolchain,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `node@${NODE}`,
    `pnpm@${PNPM}`,
  ])
  writeFileSync(toolchainStamp, want)
}

function ensureInstalled(env) {
  const want = String(Math.round(statSync(join(root, 'pnpm-lock.yaml')).mtimeMs))
  if (read(installStamp) === want) return
  console.error('bootstrap: installing dependencies from the lockfile')
  must('pnpm', ['install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only', '--loglevel=warn'], {
    env,
  })
  writeFileSync(installStamp, want)
}

const [command, ...args] = process.argv.slice(2)
if (!command) fail('name a command to run')
ensureToolchain()
const env = cleanEnvironment()
if (command !== 'pnpm') ensureInstalled(env)

const child = spawn(command, args, {
  cwd: root,
  env,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)))
