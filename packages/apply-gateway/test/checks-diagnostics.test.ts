import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import {
  DiagnosticsCheck,
  type DiagnosticsProvider,
  findNodeProgram,
  LspPool,
  pyrightDiagnostics,
  pyrightServer,
  tscDiagnostics,
  typescriptDiagnostics,
  typescriptServer,
} from '../src/checks/index.ts'
import { type StagedProject, stagedProject, toolDirectory } from './staged-project.ts'

const pool = new LspPool()
let project: StagedProject | undefined
afterEach(async () => {
  if (project !== undefined) await pool.forget(project.context.directory)
  await project?.dispose()
})
afterAll(() => pool.close())

function installed(packageName: string, bin: string) {
  const program = findNodeProgram(toolDirectory, packageName, bin)
  if (program === undefined) throw new Error(`${packageName} is not installed`)
  return program
}
const native = installed('@typescript/native', 'tsc')
const pyright = installed('pyright', 'pyright-langserver')

async function check(provider: DiagnosticsProvider, staged: StagedProject) {
  const [report, ...more] = await new DiagnosticsCheck({ provider }).run(staged.context)
  expect(more).toEqual([])
  return report
}

const typescript = {
  'tsconfig.json':
    '{ "compilerOptions": { "strict": true, "module": "esnext", "moduleResolution": "bundler", "types": [] }, "include": ["src"] }',
  'src/price.ts': 'export const price = (net: number): number => net\n',
  'src/shop.ts': "import { price } from './price'\nexport const total: number = price(1)\n",
  'src/old.ts': "export const old: number = 'old error'\n",
}

describe.each([
  ['typescript', () => typescriptDiagnostics(pool, native)],
  ['tsc', () => tscDiagnostics(native)],
])('%s', (name, make) => {
  it('passes in spite of older errors, also when their lines move', async () => {
    project = await stagedProject(typescript, { 'src/old.ts': "// a line\nexport const old: number = 'old error'\n" })
    const report = await check(make(), project)
    expect(report).toMatchObject({ kind: 'diagnostics', outcome: 'passed' })
    expect(report?.summary).toContain('1 older ones left aside')
    expect(await project.status()).toBe('')
  })

  it('finds an error that the patch causes in a file it does not touch', async () => {
    project = await stagedProject(typescript, { 'src/price.ts': 'export const price = (net: string): string => net\n' })
    const report = await check(make(), project)
    expect(report?.outcome).toBe('failed')
    expect(report?.findings).toMatchObject([
      { path: 'src/shop.ts', line: 2, rule: '2322' },
      { path: 'src/shop.ts', line: 2, rule: '2345' },
    ])
    expect(await project.read('src/price.ts')).toContain('net: string')
    expect(await project.status()).toBe('')
  })

  it.runIf(name === 'typescript')(
    'finds who still uses a deleted file, and forgives a renamed one its old errors',
    async () => {
      project = await stagedProject(typescript, { 'src/price.ts': null })
      expect(await check(make(), project)).toMatchObject({
        outcome: 'failed',
        findings: [{ path: 'src/shop.ts', rule: '2307' }],
      })
      expect(await project.status()).toBe('')
      await project.dispose()
      project = await stagedProject(
        typescript,
        { 'src/older.ts': typescript['src/old.ts'] },
        { 'src/older.ts': 'src/old.ts' },
      )
      expect(await check(make(), project)).toMatchObject({ outcome: 'passed' })
    },
  )

  it.runIf(name === 'typescript')('leaves out files that no configuration includes', async () => {
    project = await stagedProject(typescript, { 'scripts/loose.ts': 'export const x: number = process.argv\n' })
    expect(await check(make(), project)).toMatchObject({ outcome: 'passed' })
  })

  it('fails a patch that breaks the configuration', async () => {
    const broken = '{ "compilerOptions": { "strict": true, "module": "no such kind" }, "include": ["src"] }'
    project = await stagedProject(typescript, { 'tsconfig.json': broken })
    const report = await check(make(), project)
    expect(report?.outcome).toBe('failed')
    expect(report?.findings[0]).toMatchObject({ path: 'tsconfig.json', rule: '6046' })
  })

  it('is not asked where the patch has nothing for it', async () => {
    project = await stagedProject(typescript, { 'README.md': '' })
    expect(await check(make(), project)).toBeUndefined()
  })
})

const python = {
  'pyrightconfig.json': '{ "include": ["src"] }',
  'src/price.py': 'def price(net: int) -> int:\n    return net\n',
  'src/shop.py': 'from price import price\n\ntotal: int = price(1)\n',
  'src/old.py': 'old: int = "old error"\n',
}

describe('pyright', () => {
  it('judges patch after patch with one warm server, and only what each adds', async () => {
    const provider = pyrightDiagnostics(pool, pyright)
    project = await stagedProject(python, { 'src/old.py': '# a line\nold: int = "old error"\n' })
    expect(await check(provider, project)).toMatchObject({ outcome: 'passed' })
    const session = await pool.session(project.context.directory, pyrightServer(pyright))
    const { pid } = session

    await project.next({ 'src/price.py': 'def price(net: str) -> str:\n    return net\n' })
    const failed = await check(provider, project)
    expect(failed).toMatchObject({
      outcome: 'failed',
      findings: [
        { path: 'src/shop.py', line: 3 },
        { path: 'src/shop.py', line: 3 },
      ],
    })
    expect(await project.status()).toBe('')

    await project.next({
      'src/price.py': python['src/price.py'],
      'src/more.py': 'from price import price\nx: int = price(2)\n',
    })
    expect(await check(provider, project)).toMatchObject({ outcome: 'passed' })
    await project.next({ 'src/new.py': 'from nowhere_at_all import y\n' })
    expect(await check(provider, project)).toMatchObject({
      outcome: 'failed',
      findings: [{ path: 'src/new.py', rule: 'reportMissingImports' }],
    })
    await project.next({ 'src/new.py': null, 'src/more.py': null })
    expect(await check(provider, project)).toMatchObject({ outcome: 'passed' })
    expect(session.pid).toBe(pid)
  })
})

describe('a language server', () => {
  it('is started again when it died between patches', async () => {
    project = await stagedProject(typescript, { 'src/price.ts': `${typescript['src/price.ts']}// more\n` })
    const provider = typescriptDiagnostics(pool, native)
    expect(await check(provider, project)).toMatchObject({ outcome: 'passed' })
    const session = await pool.session(project.context.directory, typescriptServer(native))
    const first = session.pid
    if (first === undefined) throw new Error('not running')
    process.kill(first, 'SIGKILL')
    while (session.pid !== undefined) await wait(10)
    expect(await check(provider, project)).toMatchObject({ outcome: 'passed' })
    expect(session.pid).not.toBe(first)
  })

  it.each([
    ['ends at once', 'process.exit(3)', /ended unexpectedly|failed/],
    ['says nothing', 'setInterval(() => {}, 1000)', /did not answer within 0.5 s/],
    [
      'says nonsense',
      "process.stdout.write('nonsense\\r\\n\\r\\n'); setInterval(() => {}, 1000)",
      /failed|did not answer/,
    ],
  ])('makes the check broken when it %s', async (_how, source, words) => {
    project = await stagedProject(typescript, { 'src/new.ts': 'export {}\n' })
    const own = new LspPool({ timeoutMs: 500 })
    const listing = "if (process.argv.includes('--listFilesOnly')) { console.log('src/new.ts'); process.exit() }"
    const report = await check(
      typescriptDiagnostics(own, { file: process.execPath, args: ['-e', `${listing}\n${source}`, '--'] }),
      project,
    )
    expect(report?.outcome).toBe('broken')
    expect(report?.summary).toMatch(words)
    await own.close()
  })
})
