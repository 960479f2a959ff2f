import type { Case, Ground } from './drill.ts'
import { GitFaults, type GitMoment } from './git-faults.ts'

const { tellOfLanding } = await import('../../packages/apply-gateway/test/crash/drills.ts')
const { recoverScene } = await import('../../packages/apply-gateway/test/crash/landing.ts')

/**
 * Each system call of each git that a landing starts, and of each that a recovery starts: of recoveries of all that a killed landing can
 * leave, where a git that runs with the same words in several of them is tried in the first.
 */
export async function* gitFaults(ground: Ground): AsyncIterable<Case> {
  const { scene, place, starts, verdicts, remains } = ground
  const faults = await GitFaults.open()
  const spoil = (id: string, moments: readonly GitMoment[], prepare: () => Promise<void>, work: Work) =>
    spoilEach(moments, (moment, fault) => ({
      id: `${scene.kind} ${id} git ${moment.git} ${commandOf(moment)} ${moment.syscall} ${moment.nth} ${fault}`,
      async run() {
        await prepare()
        const { met, lies } = await work((open) => faults.during(moment, fault, open))
        await place.quiet()
        const verdict = await verdicts.judge()
        return { ...verdict, met, problems: [...lies, ...verdict.problems] }
      },
    }))
  const land: Work = async (during) => {
    let met = false
    const { lies } = await tellOfLanding(place.root, scene, async (landing) => {
      let error: unknown
      met = await during(() =>
        landing().catch((thrown: unknown) => {
          error = thrown
        }),
      )
      if (error !== undefined) throw error
    })
    return { met, lies }
  }
  const recover: Work = async (during) => ({
    met: await during(() => recoverScene(place.root, scene.kind, 2).catch(() => undefined)),
    lies: [],
  })
  const count = async (work: Work) => {
    let moments: GitMoment[] = []
    await work(async (open) => {
      moments = await faults.count(place.root, open)
      return true
    })
    return moments
  }
  try {
    // With an index that does not know its files, git does all that it does with one that does, and more.
    for (const start of starts.filter(({ name }) => name === 'touched')) {
      await start.put()
      yield* spoil(`${start.name} landing`, await count(land), () => start.put(), land)
    }
    const tried = new Set<string>()
    for (const { name, snapshot } of await remains()) {
      place.restore(snapshot)
      const moments = (await count(recover)).filter(({ git }) => !tried.has(git))
      for (const { git } of moments) tried.add(git)
      yield* spoil(`${name} kill, recovery`, moments, async () => place.restore(snapshot), recover)
    }
  } finally {
    await faults.close()
  }
}

/** Lands or recovers, the gits of it in other hands. */
type Work = (during: (open: () => Promise<unknown>) => Promise<boolean>) => Promise<{ met: boolean; lies: string[] }>

function* spoilEach(
  moments: readonly GitMoment[],
  make: (moment: GitMoment, fault: 'kill' | 'ENOSPC' | 'EIO') => Case,
): Iterable<Case> {
  for (const fault of ['kill', 'ENOSPC', 'EIO'] as const) {
    for (const moment of moments) if (GitFaults.fits(moment, fault)) yield make(moment, fault)
  }
}

/** `read-tree`, say: what comes after the settings. */
function commandOf({ words }: GitMoment): string {
  return words.replaceAll(/-c \S+ |--git-dir \S+ /g, '').split(' ')[0] ?? ''
}
