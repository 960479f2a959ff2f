// Every file-system and git call of landing and of recovery, on both targets: killed there, and again in the recovery; failing with ENOSPC
// and EIO; git's own system calls too (by strace); and the power cut after each, with what was not synced lost. Judged after recovery.
// Run: node --conditions=@patchlane/source benchmarks/crash/main.ts [--target=branch,directory] [--drill=kill,twice,error,git,power]
//      [--share=1] [--seed=1] [--log=FILE]
// --share is the part of the cases to run, drawn by the seed; with --log, cases that are in the file already are not run again. Different
// targets and drills can run side by side. Everything is done below TMPDIR, which may be a folder in memory.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { instrument } from '../../packages/apply-gateway/test/crash/fault.ts'
import type { Case, Ground } from './drill.ts'

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'branch,directory' },
    drill: { type: 'string', default: 'kill,twice,error,git,power' },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    log: { type: 'string' },
  },
})
// The program that dies is started thousands of times.
const programs = await mkdtemp(join(tmpdir(), 'patchlane-programs-'))
const source = new URL('../../packages/apply-gateway/test/crash/child.ts', import.meta.url).pathname
const child = /kill|power/.test(values.drill)
  ? await (await import('../bundled.mjs')).bundled(source, programs)
  : source
instrument()
const { useChild } = await import('../../packages/apply-gateway/test/crash/drills.ts')
const { makeScene } = await import('../../packages/apply-gateway/test/crash/scene.ts')
const { seededRandom } = await import('../../packages/pipeline/test/support/seeded-random.ts')
const { openGround } = await import('./ground.ts')
const { errors, kills, killsTwice } = await import('./process-cases.ts')
const { gitFaults } = await import('./git-cases.ts')
const { powerCuts } = await import('./power-cases.ts')
const { Tally } = await import('./tally.ts')
useChild(child)

const seed = Number(values.seed)
const drills: Record<string, { title: string; cases: (ground: Ground) => AsyncIterable<Case> | Iterable<Case> }> = {
  kill: { title: 'killed', cases: kills },
  twice: { title: 'killed, and again in the recovery', cases: killsTwice },
  error: { title: 'ENOSPC and EIO', cases: errors },
  git: { title: "git's own calls killed, ENOSPC, EIO", cases: gitFaults },
  power: { title: 'power cut', cases: powerCuts },
}

const startedAt = performance.now()
const tally = await Tally.open({ random: seededRandom(seed), share: Number(values.share), log: values.log })
try {
  for (const kind of values.target.split(',')) {
    if (kind !== 'branch' && kind !== 'directory') throw new Error(`no target is called ${kind}`)
    const scene = await makeScene(kind)
    const ground = await openGround(scene, { seed, program: child })
    try {
      for (const name of values.drill.split(',')) {
        const drill = drills[name]
        if (drill === undefined) throw new Error(`no drill is called ${name}`)
        const before = ground.verdicts.size
        await tally.run(`${kind}: ${drill.title}`, drill.cases(ground))
        console.error(`${kind}: ${drill.title}: ${ground.verdicts.size - before} different states judged`)
      }
    } finally {
      await scene.remove()
    }
  }
} finally {
  await rm(programs, { recursive: true, force: true })
}

console.log(tally.table())
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
console.log(`\nseed ${seed}, share ${values.share}, ${minutes} minutes; ${tally.failures} cases not whole.`)
process.exitCode = tally.failures === 0 ? 0 : 1
