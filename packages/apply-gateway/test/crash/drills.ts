import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PatchlaneError } from '@patchlane/kernel'
import { arm, countedBefore, disarm, type Fault } from './fault.ts'
import { openLanding, openTarget, recoverScene } from './landing.ts'
import { holds, judgeScene, type Scene } from './scene.ts'

const run = promisify(execFile)
let child = new URL('./child.ts', import.meta.url).pathname

/** Has {@link inChild} start another form of the same program. */
export function useChild(file: string): void {
  child = file
}

export interface DrillReport {
  /** Whether the fault was met, or the work was over before. */
  met: boolean
  outcomes: string[]
  problems: string[]
}

/** Lands or recovers in a process that dies at its `at`-th call. @returns how many calls there were; undefined when it died. */
export async function inChild(
  root: string,
  scene: Scene,
  mode: 'land' | 'recover',
  at: number,
): Promise<number | undefined> {
  const args = ['--conditions=@patchlane/source', child, root, scene.kind, scene.commit, mode, String(at)]
  try {
    return Number((await run(process.execPath, args)).stdout)
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'signal' in thrown && thrown.signal === 'SIGKILL')
      return undefined
    throw thrown
  }
}

/** Killed while landing, and if asked again while the next one recovers. */
export async function killDrill(scene: Scene, at: number, again?: number): Promise<DrillReport> {
  const root = await scene.copy()
  const calls = await inChild(root, scene, 'land', at)
  const callsAgain = again === undefined ? undefined : await inChild(root, scene, 'recover', again)
  const met = calls === undefined && (again === undefined || callsAgain === undefined)
  return { met, ...(await settle(root, scene, 5)) }
}

/** Lands with a call that fails, then recovers; the calls have to be {@link instrument}ed. */
export async function errorDrill(scene: Scene, fault: Fault, at: number): Promise<DrillReport & { said: string }> {
  const root = await scene.copy()
  const { met, said, lies } = await failingLanding(root, scene, fault, at)
  return { met, said, ...(await settle(root, scene, 2, lies)) }
}

/** Killed while landing; then recovery fails at a call, and is repeated. */
export async function failingRecoveryDrill(
  scene: Scene,
  killedAt: number,
  fault: Fault,
  at: number,
): Promise<DrillReport> {
  const root = await scene.copy()
  await inChild(root, scene, 'land', killedAt)
  const met = await failingRecovery(root, scene, fault, at)
  return { met, ...(await settle(root, scene, 5)) }
}

/** Opens the target, takes over, lands, and fails at a call. */
export async function failingLanding(root: string, scene: Scene, fault: Fault, at: number) {
  let calls = 0
  const said = await tellOfLanding(root, scene, async (land) => {
    arm(fault, at)
    try {
      await land()
    } finally {
      calls = disarm()
    }
  })
  return { met: calls >= at, ...said }
}

/** Lands while something goes wrong, and compares what is said with what is. */
export async function tellOfLanding(
  root: string,
  scene: Scene,
  during: (land: () => Promise<void>) => Promise<void>,
): Promise<{ said: string; lies: string[] }> {
  const error = await during(() => landScene(root, scene)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const landed = (await shownAt(root, scene)) ?? (await hasLanded(root, scene))
  const said = error === undefined ? 'landed' : PatchlaneError.is(error) ? error.code : String(error)
  // Being told of a failure while it landed, or of a success while it did not, would both be lies.
  return { said, lies: landed === (error === undefined) ? [] : [`landed: ${landed}, but said: ${said}`] }
}

/** As a gateway that lands one commit. */
export async function landScene(root: string, scene: Scene): Promise<void> {
  const landing = await openLanding(root, scene.kind, scene.commit)
  try {
    const { land } = await landing.ready(1)
    await land()
  } finally {
    await landing.repository.close()
  }
}

/** As {@link hasLanded}, without asking git, where the ref is a file that holds one or the other. */
async function shownAt(root: string, scene: Scene): Promise<boolean | undefined> {
  const ref = scene.kind === 'branch' ? 'folder/.git/refs/heads/main' : 'state/shadow.git/refs/heads/target'
  const oid = await readFile(join(root, ref), 'utf8').catch(() => '')
  return oid.trim() === scene.commit ? true : oid.trim() === scene.old ? false : undefined
}

/** Whether the commit is in the target's history. */
export async function hasLanded(root: string, scene: Scene): Promise<boolean> {
  const target = await openTarget(root, scene.kind)
  try {
    return await holds(target.repository, await target.head(), scene.commit)
  } finally {
    await target.repository.close()
  }
}

/** How many calls a recovery makes before it looks at the journal, and so does the same whatever there is to recover. */
export async function callsOfTakeOver(root: string, scene: Scene, fault: Fault): Promise<number> {
  arm(fault, Number.POSITIVE_INFINITY)
  await recoverScene(root, scene.kind, 2)
  disarm()
  return countedBefore(join('patchlane', 'landing')) ?? 0
}

/** The next gateway comes and fails at a call, whatever it makes of it. @returns whether the call was met. */
export async function failingRecovery(root: string, scene: Scene, fault: Fault, at: number): Promise<boolean> {
  arm(fault, at)
  await recoverScene(root, scene.kind, 2).catch(() => undefined)
  return disarm() >= at
}

/** Recovers, and judges what is there then. */
export async function settle(
  root: string,
  scene: Scene,
  epoch: number,
  lies: readonly string[] = [],
): Promise<{ outcomes: string[]; problems: string[] }> {
  const outcomes = (await recoverScene(root, scene.kind, epoch)).map(({ outcome }) => outcome)
  const problems = [...lies, ...(await judgeScene(root, scene))]
  if ((await recoverScene(root, scene.kind, epoch + 1)).length > 0) problems.push('recovering twice is not once')
  return { outcomes, problems }
}
