// Lands with a failing disk, then recovers, in one process: errors.ts <old> <commit> <stride> <directory>...
import { arm, disarm, instrument } from './fault.ts'

instrument()
const [old = '', commit = '', stride = '1', ...directories] = process.argv.slice(2)
const { openLanding } = await import('./landing.ts')
const { judgeScene } = await import('./scene.ts')
const { PatchlaneError } = await import('@patchlane/kernel')
const { objectIdSchema } = await import('@patchlane/kernel')

let at = 1
let fault: 'ENOSPC' | 'EIO' = 'ENOSPC'
for (const directory of directories) {
  const landing = await openLanding(directory, commit)
  const { land } = await landing.ready(1)
  arm(fault, at)
  const error = await land().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const calls = disarm()
  const landed = (await landing.target.head()) === commit
  await landing.target.recover(await landing.target.takeOver({ epoch: 2, owner: 'recoverer' }))
  const scene = {
    old: objectIdSchema.parse(old),
    commit: objectIdSchema.parse(commit),
    copy: async () => '',
    remove: async () => {},
  }
  const problems = await judgeScene(directory, scene)
  // Being told of a failure while it landed, or of a success while it did not, would both be lies.
  if (landed === (error !== undefined)) problems.push(`landed: ${landed}, but said: ${String(error)}`)
  const code = PatchlaneError.is(error) ? error.code : String(error)
  console.log(JSON.stringify({ at, fault, landed, problems, error: error === undefined ? null : { code } }))
  await landing.repository.close()
  if (calls < at) {
    if (fault === 'EIO') break
    fault = 'EIO'
    at = 0
  }
  at += Number(stride)
}
