// Every file-system and git call of landing and of recovery, on both targets: killed there, and again in the recovery; failing with ENOSPC
// and EIO; git's own system calls too (by strace); and the power cut after each, with what was not synced lost. Judged after recovery.
// Run: node --conditions=@patchlane/source benchmarks/crash/main.ts [--target=branch,directory] [--drill=kill,twice,error,git,power]
//      [--share=1] [--seed=1] [--log=FILE]
// --share is the part of the cases to run, drawn by the seed; with --log, cases that are in the file already are not run again.
import { execFile } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { identityOf } from '@patchlane/process'
import { instrument } from '../../packages/apply-gateway/test/crash/fault.ts'
import type { Scene } from '../../packages/apply-gateway/test/crash/scene.ts'
import { parseCalls, straceOptions } from './disk-calls.ts'
import { type DiskCall, DiskModel, type Loss } from './disk-model.ts'
import { GitFaults } from './git-faults.ts'

instrument()
const drills = await import('../../packages/apply-gateway/test/crash/drills.ts')
const { holds, judgeScene, makeScene } = await import('../../packages/apply-gateway/test/crash/scene.ts')
const { openTarget, recoverScene } = await import('../../packages/apply-gateway/test/crash/landing.ts')
const { seededRandom } = await import('../../packages/pipeline/test/support/seeded-random.ts')

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'branch,directory' },
    drill: { type: 'string', default: 'kill,twice,error,git,power' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    log: { type: 'string' },
  },
})
const share = Number(values.share)
const seed = Number(values.seed)
const wanted = new Set(values.drill.split(','))

interface Case {
  /** Names it: the same name is the same case in every run. */
  id: string
  run(): Promise<{ problems: string[]; outcomes?: string[] }>
}

const known = new Map<string, string[]>()
if (values.log !== undefined) {
  const text = await readFile(values.log, 'utf8').catch(() => '')
  for (const line of text.split('\n').filter(Boolean)) {
    const { id, problems } = JSON.parse(line)
    known.set(id, problems)
  }
}

const counts = new Map<string, { cases: number; landed: number; undone: number; failed: number }>()
const failures: { id: string; problems: string[] }[] = []
const random = seededRandom(seed)

async function runAll(drill: string, cases: AsyncIterable<Case> | Iterable<Case>): Promise<void> {
  for await (const { id, run } of cases) {
    if (random() >= share) continue
    const count = counts.get(drill) ?? { cases: 0, landed: 0, undone: 0, failed: 0 }
    counts.set(drill, count)
    const before = known.get(id)
    const report = before === undefined ? await attempt(run) : { problems: before }
    count.cases++
    if (report.outcomes?.includes('landed')) count.landed++
    if (report.outcomes?.includes('undone')) count.undone++
    if (report.problems.length > 0) {
      count.failed++
      failures.push({ id, problems: report.problems })
      console.error(id, report.problems)
    }
    if (before === undefined && values.log !== undefined) {
      await appendFile(values.log, `${JSON.stringify({ id, problems: report.problems })}\n`)
    }
  }
}

async function attempt(run: Case['run']): Promise<{ problems: string[]; outcomes?: string[] }> {
  try {
    return await run()
  } catch (thrown) {
    return { problems: [thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)] }
  }
}

function* upTo(last: number): Iterable<number> {
  for (let at = 1; at <= last; at++) yield at
}

function* kills(scene: Scene, calls: number): Iterable<Case> {
  for (const at of upTo(calls)) yield { id: `${scene.kind} kill ${at}`, run: () => drills.killDrill(scene, at) }
}

async function* killsTwice(scene: Scene, calls: number): AsyncIterable<Case> {
  for (const at of upTo(calls)) {
    for (let again = 1, more = true; more; again++) {
      // Whether the recovery has that many calls shows only in running it.
      yield {
        id: `${scene.kind} kill ${at} and ${again}`,
        run: async () => {
          const report = await drills.killDrill(scene, at, again)
          more = report.met
          return report
        },
      }
      if (again > 60) more = false
    }
  }
}

function* errors(scene: Scene, calls: number): Iterable<Case> {
  for (const fault of ['ENOSPC', 'EIO'] as const) {
    // Reads count too where they can fail.
    for (const at of upTo(fault === 'EIO' ? calls * 3 : calls * 2)) {
      yield { id: `${scene.kind} ${fault} ${at}`, run: () => drills.errorDrill(scene, fault, at) }
    }
    for (const killedAt of upTo(calls).filter((n) => n % 5 === 0 || n > calls - 8)) {
      for (const at of upTo(40).filter((n) => n % 3 === killedAt % 3)) {
        const id = `${scene.kind} kill ${killedAt}, ${fault} ${at} in recovery`
        yield { id, run: () => drills.failingRecoveryDrill(scene, killedAt, fault, at) }
      }
    }
  }
}

async function* gitErrors(scene: Scene): AsyncIterable<Case> {
  const faults = await GitFaults.open()
  try {
    const moments = await faults.count(async () => {
      await drills.failingLanding(scene, (land) => land())
    })
    for (const fault of ['kill', 'ENOSPC', 'EIO'] as const) {
      for (const moment of moments.filter((each) => GitFaults.fits(each, fault))) {
        const { call, syscall, nth } = moment
        const id = `${scene.kind} git ${call} ${syscall} ${nth} ${fault}`
        yield { id, run: () => drills.failingLanding(scene, (land) => faults.during(moment, fault, land)) }
      }
    }
  } finally {
    await faults.close()
  }
}

/** Runs one landing, from making its commit on, under strace, and cuts the power after each of its calls. */
async function* powerCuts(scene: Scene): AsyncIterable<Case> {
  const root = await scene.copy()
  const { bootId } = (await identityOf()) ?? { bootId: '' }
  const run = promisify(execFile)
  const gitDir = scene.kind === 'branch' ? join(root, 'folder/.git') : join(root, 'state/shadow.git')
  await run('git', ['--git-dir', gitDir, 'prune', '--expire=now'])
  const before = await DiskModel.of(root)
  const child = new URL('../../packages/apply-gateway/test/crash/child.ts', import.meta.url).pathname
  const logs = await mkdtemp(join(tmpdir(), 'patchlane-strace-'))
  const log = join(logs, 'log')
  const program = [process.execPath, '--conditions=@patchlane/source', child, root, scene.kind, scene.commit]
  await run('strace', [...straceOptions, '-o', log, ...program, 'whole', '1000000'])
  const calls = parseCalls(await readFile(log, 'utf8'), 'landed').filter((call) => touches(call, root))
  await rm(logs, { recursive: true })
  const said = calls.findIndex(({ call }) => call === 'said')
  if (said < 0) throw new Error('the landing never said that it landed')
  // After a power cut the machine runs under another name.
  const rebooted = (path: string, bytes: Buffer) =>
    path.endsWith('.jsonl') ? Buffer.from(bytes.toString('utf8').replaceAll(bootId, bootId.replace(/^./, 'x'))) : bytes
  const chance = seededRandom(seed)
  const losses: [string, Loss][] = [
    ['all', 'all'],
    ['bytes', 'bytes'],
    ...[1, 2, 3].map((n): [string, Loss] => [`chance-${seed}-${n}`, (part) => chance() < part]),
  ]
  const model = before
  for (const [at, call] of calls.entries()) {
    model.apply(call)
    for (const [name, loss] of losses) {
      yield {
        id: `${scene.kind} power ${at} ${call.call} ${name}`,
        async run() {
          await model.cutPower(loss, rebooted)
          const outcomes = (await recoverScene(root, scene.kind, 9)).map(({ outcome }) => outcome)
          const problems = await judgeScene(root, scene)
          if (at >= said && !(await hasLanded(root, scene))) problems.push('said that it landed, and it has not')
          return { outcomes, problems }
        },
      }
    }
  }
}

function touches(call: DiskCall, root: string): boolean {
  if (call.call === 'said') return true
  return 'path' in call ? call.path.startsWith(root) : call.to.startsWith(root)
}

async function hasLanded(root: string, scene: Scene): Promise<boolean> {
  const target = await openTarget(root, scene.kind)
  try {
    return await holds(target.repository, await target.head(), scene.commit)
  } finally {
    await target.repository.close()
  }
}

const startedAt = performance.now()
for (const kind of values.target.split(',')) {
  if (kind !== 'branch' && kind !== 'directory') throw new Error(`no target is called ${kind}`)
  const scene = await makeScene(kind)
  try {
    const calls = (await drills.inChild(await scene.copy(), scene, 'land', 1_000_000)) ?? 0
    if (wanted.has('kill')) await runAll(`${kind}: killed`, kills(scene, calls))
    if (wanted.has('twice')) await runAll(`${kind}: killed, and again in the recovery`, killsTwice(scene, calls))
    if (wanted.has('error')) await runAll(`${kind}: ENOSPC and EIO`, errors(scene, calls))
    if (wanted.has('git')) await runAll(`${kind}: git's own calls killed, ENOSPC, EIO`, gitErrors(scene))
    if (wanted.has('power')) await runAll(`${kind}: power cut`, powerCuts(scene))
  } finally {
    await scene.remove()
  }
}

console.log('| drill | cases | found landed | found undone | not whole |')
console.log('|---|---|---|---|---|')
for (const [name, { cases, landed, undone, failed }] of counts) {
  console.log(`| ${name} | ${cases} | ${landed} | ${undone} | ${failed} |`)
}
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
console.log(`\nseed ${seed}, share ${share}, ${minutes} minutes; ${failures.length} cases not whole.`)
process.exitCode = failures.length === 0 ? 0 : 1
