// Puts the Python tools that tests and the demo use into .venv: node scripts/ensure-python-tools.mjs [--print]
// Does nothing when they are there already. Without Python 3.10+ it says so and goes on, but fails where CI=true.
// `--print` writes the interpreter's path (and nothing else) to standard output.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const TOOLS = ['pre-commit==4.7.0', 'pytest==9.2.0', 'pytest-testmon==2.2.0', 'ruff==0.17.6', 'setuptools==84.2.1']

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const venv = join(root, '.venv')
const stamp = join(venv, 'patchlane-tools')
const lock = join(root, 'node_modules', '.cache', 'patchlane-python-tools.lock')
const python = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
const want = TOOLS.join('\n')

function isDone() {
  return existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === want
}

function giveUp(why) {
  console.error(`python tools: ${why}\nTests that need ruff, pytest and pre-commit cannot run without them.`)
  process.exit(process.env.CI === 'true' ? 1 : 0)
}

function findPython() {
  const probe = 'import sys, venv, ensurepip; raise SystemExit(0 if sys.version_info >= (3, 10) else 1)'
  return ['python3', 'python'].find((name) => spawnSync(name, ['-c', probe], { stdio: 'ignore' }).status === 0)
}

function run(file, args) {
  const result = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) giveUp(`\`${file} ${args.join(' ')}\` failed.`)
}

/** One at a time: turbo may start several packages' tests at once. A lock whose owner is dead is taken over. */
async function acquireLock() {
  mkdirSync(dirname(lock), { recursive: true })
  for (;;) {
    try {
      const handle = openSync(lock, 'wx')
      writeFileSync(handle, String(process.pid))
      closeSync(handle)
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isAbandoned()) rmSync(lock, { force: true })
    await wait(200)
  }
}

/** A lock without a process id has just been made by somebody who is about to write it. */
function isAbandoned() {
  let owner
  try {
    owner = Number(readFileSync(lock, 'utf8'))
  } catch {
    return false
  }
  if (!owner) return Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs > 10_000
  try {
    process.kill(owner, 0)
    return false
  } catch (error) {
    return error.code !== 'EPERM'
  }
}

if (!isDone()) {
  await acquireLock()
  process.on('exit', () => rmSync(lock, { force: true }))
  if (!isDone()) {
    const base = findPython()
    if (base === undefined) giveUp('no Python 3.10 or later with venv and pip was found on PATH.')
    console.error('python tools: installing ruff, pytest, testmon and pre-commit into .venv (once)')
    if (!existsSync(python)) run(base, ['-m', 'venv', venv])
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...TOOLS])
    writeFileSync(stamp, want)
  }
}
if (process.argv.includes('--print')) console.log(python)
