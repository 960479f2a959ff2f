import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const main = join(import.meta.dirname, '..', 'src', 'main.ts')
const trace = join(import.meta.dirname, 'fixtures', 'trace-modules.mjs')

/** The program itself, in a process of its own and a folder that is no repository. */
async function patchlane(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ['--conditions=@patchlane/source', '--import', trace, main, ...words]
  const { NO_COLOR: _, ...env } = process.env
  return run(process.execPath, args, { cwd: tmpdir(), env }).then(
    (done) => ({ code: 0, ...done }),
    (failed: { code: number; stdout: string; stderr: string }) => failed,
  )
}

const loaded = (stderr: string) => [...stderr.matchAll(/^loaded (.*)$/gm)].map((match) => match[1] ?? '')

it.each([['--help'], ['--version'], ['run', '--help'], ['quueue']])(
  'answers "%s" from any folder without loading what only commands need',
  async (...words) => {
    const { code, stdout, stderr } = await patchlane(...words)
    const isError = words[0] === 'quueue'
    expect(code).toBe(isError ? 2 : 0)
    expect(stdout).toMatch(isError ? /^$/ : words[0] === '--version' ? /^\d+\.\d+\.\d+\n$/ : /^Usage: patchlane/)
    expect(loaded(stderr).length).toBeGreaterThan(5)
    const heavy = loaded(stderr).filter((url) =>
      /fastify|log-update|clack|packages\/pipeline|apps\/server\/src\/(?!wire)/.test(url),
    )
    expect(heavy).toEqual([])
    if (!isError) expect(loaded(stderr).filter((url) => /\/zod\/|packages\/kernel/.test(url))).toEqual([])
  },
)

it('prints a completion script that bash takes', async () => {
  const { stdout } = await patchlane('completion', 'bash')
  const ask = async (...words: string[]) => {
    const script = `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _patchlane; printf '%s\\n' "\${COMPREPLY[@]}"`
    const answer = await run('bash', ['-c', script, 'bash', 'patchlane', ...words])
    return answer.stdout.trim().split('\n')
  }
  expect(await ask('pro')).toEqual(['propose'])
  expect(await ask('-C', 'x', 'queue', 'sh')).toEqual(['show'])
  expect(await ask('propose', '--format', 'be')).toEqual(['begin-patch'])
  expect(await ask('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']))
})

it('prints completion scripts for zsh and fish that name every command', async () => {
  const [zsh, fish] = await Promise.all(
    ['zsh', 'fish'].map(async (shell) => (await patchlane('completion', shell)).stdout),
  )
  for (const name of ['init', 'propose', 'queue', 'merge-driver', 'serve']) {
    expect(zsh).toContain(`'${name}:`)
    expect(fish).toContain(`-a ${name} -d`)
  }
})

it('takes a reader that stops reading for no failure', async () => {
  const script = `"$0" --conditions=@patchlane/source "${main}" completion zsh | head -n 1; exit "\${PIPESTATUS[0]}"`
  expect((await run('bash', ['-c', script, process.execPath])).stdout).toBe('#compdef patchlane\n')
})

it('says which Node it needs', async () => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`
  const args = ['--conditions=@patchlane/source', '--import', `data:text/javascript,${older}`, main, '--version']
  await expect(run(process.execPath, args)).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^Patchlane needs Node 22 or newer; this is v/),
  })
})
