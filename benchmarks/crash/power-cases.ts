import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runGit } from '@patchlane/git'
import { identityOf } from '@patchlane/process'
import { parseCalls, straceOptions } from './disk-calls.ts'
import { type DiskCall, DiskModel, type Loss } from './disk-model.ts'
import type { Case, Ground } from './drill.ts'
import { hurried } from './hurry.ts'

const { seededRandom } = await import('../../packages/pipeline/test/support/seeded-random.ts')

/**
 * The power cut after each system call of a landing, from making its commit on; and after each of a recovery, of all that a killed landing
 * can leave. What the landing did not sync is not on disk yet when the recovery comes.
 */
export async function* powerCuts(ground: Ground): AsyncIterable<Case> {
  const { scene, place, starts, remains } = ground
  for (const start of starts.filter(({ name }) => name === 'fresh')) {
    await start.put()
    await runGit({ args: ['--git-dir', place.gitDir, 'prune', '--expire=now'] })
    const model = await DiskModel.of(place.root)
    const calls = await trace(ground, ['whole', '1000000'])
    if (!calls.some(({ call }) => call === 'said')) throw new Error('the landing never said that it landed')
    yield* cuts(ground, { model, calls, id: `${scene.kind} power`, draws: 3 })
  }
  for (const { name, start, at } of await remains()) {
    await start.put()
    const model = await DiskModel.of(place.root)
    for (const call of await trace(ground, ['land', String(at)])) model.apply(call)
    const calls = await trace(ground, ['mend', '1000000'])
    yield* cuts(ground, { model, calls, id: `${scene.kind} ${name} kill, power in recovery`, draws: 1 })
  }
}

interface Run {
  id: string
  /** The disk as it is when the run begins. */
  model: DiskModel
  calls: readonly DiskCall[]
  /** How often what is lost is drawn by chance, beside all and all bytes. */
  draws: number
}

async function* cuts(ground: Ground, { id, model, calls, draws }: Run): AsyncIterable<Case> {
  const { verdicts, seed } = ground
  const bootId = (await identityOf())?.bootId ?? ''
  // After a power cut the machine runs under another name.
  const rebooted = (path: string, bytes: Buffer) =>
    path.endsWith('.jsonl') ? Buffer.from(bytes.toString('utf8').replaceAll(bootId, bootId.replace(/^./, 'x'))) : bytes
  const lossesAt = (at: number): [string, Loss][] => [
    ['all', 'all'],
    ['bytes', 'bytes'],
    ...Array.from({ length: draws }, (_, n): [string, Loss] => {
      const chance = seededRandom(seed * 1_000_000 + at * 10 + n)
      return [`chance-${seed}-${n}`, (part) => chance() < part]
    }),
  ]
  let said = false
  for (const [at, call] of calls.entries()) {
    model.apply(call)
    said ||= call.call === 'said'
    for (const [name, loss] of lossesAt(at)) {
      yield {
        id: `${id} ${at} ${call.call} ${name}`,
        async run() {
          model.cutPower(loss, rebooted)
          const verdict = await verdicts.judge(hurried)
          const lost = said && !verdict.landed ? ['said that it landed, and it has not'] : []
          return { ...verdict, met: true, problems: [...verdict.problems, ...lost] }
        },
      }
    }
  }
}

/** What a process and all that it starts does to the disk, to its end or its death. */
async function trace(
  { scene, place, program: child }: Ground,
  order: readonly [mode: string, at: string],
): Promise<DiskCall[]> {
  const logs = await mkdtemp(join(tmpdir(), 'patchlane-strace-'))
  const log = join(logs, 'log')
  const program = [process.execPath, child, place.root, scene.kind, scene.commit]
  try {
    await promisify(execFile)('strace', [...straceOptions, '-o', log, ...program, ...order]).catch(
      (thrown: unknown) => {
        if (!(typeof thrown === 'object' && thrown !== null && 'signal' in thrown && thrown.signal === 'SIGKILL'))
          throw thrown
      },
    )
    return parseCalls(await readFile(log, 'utf8'), 'landed').filter((call) => touches(call, place.root))
  } finally {
    await rm(logs, { recursive: true })
  }
}

function touches(call: DiskCall, root: string): boolean {
  if (call.call === 'said') return true
  return 'path' in call ? call.path.startsWith(root) : call.to.startsWith(root)
}
