import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { PatchlaneError } from '@patchlane/kernel'
import { arm, disarm, type Fault } from './fault.ts'
import { openLanding, recoverScene } from './landing.ts'
import { holds, judgeScene, type Scene } from './scene.ts'

const run = promisify(execFile)
const child = new URL('./child.ts', import.meta.url).pathname

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
  const outcomes = (await recoverScene(root, scene.kind, 5)).map(({ outcome }) => outcome)
  const problems = await judgeScene(root, scene)
  if ((await recoverScene(root, scene.kind, 6)).length > 0) problems.push('recovering twice is not once')
  return { met: calls === undefined && (again === undefined || callsAgain === undefined), outcomes, problems }
}

/** Lands with a call that fails, then recovers; the calls have to be {@link instrument}ed. */
export async function errorDrill(scene: Scene, fault: Fault, at: number): Promise<DrillReport & { said: string }> {
  let calls = 0
  const report = await failingLanding(scene, async (land) => {
    arm(fault, at)
    try {
      await land()
    } finally {
      calls = disarm()
    }
  })
  return { ...report, met: calls >= at }
}

/** Lands while something goes wrong, recovers, and compares what was said with what is. */
export async function failingLanding(
  scene: Scene,
  during: (land: () => Promise<void>) => Promise<void>,
): Promise<DrillReport & { said: string }> {
  const root = await scene.copy()
  const landing = await openLanding(root, scene.kind, scene.commit)
  try {
    const { land } = await landing.ready(1)
    const error = await during(land).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    const landed = await holds(landing.repository, await landing.target.head(), scene.commit)
    const said = error === undefined ? 'landed' : PatchlaneError.is(error) ? error.code : String(error)
    const outcomes = (await recoverScene(root, scene.kind, 2)).map(({ outcome }) => outcome)
    const problems = await judgeScene(root, scene)
    // Being told of a failure while it landed, or of a success while it did not, would both be lies.
    if (landed !== (error === undefined)) problems.push(`landed: ${landed}, but said: ${said}`)
    return { met: true, outcomes, problems, said }
  } finally {
    await landing.repository.close()
  }
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
  const landing = await openLanding(root, scene.kind, scene.commit)
  const fence = await landing.target.takeOver({ epoch: 2, owner: 'recoverer' })
  arm(fault, at)
  await landing.target.recover(fence).catch(() => undefined)
  const calls = disarm()
  await landing.repository.close()
  const outcomes = (await recoverScene(root, scene.kind, 5)).map(({ outcome }) => outcome)
  return { met: calls >= at, outcomes, problems: await judgeScene(root, scene) }
}
