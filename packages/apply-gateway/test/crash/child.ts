// Lands or recovers in a process of its own, and dies at the call it is told to; or does it to its end and says what came of it:
// child.ts <root> <kind> <commit> <land|recover|whole|mend> <call>. `whole` makes the commit first.
import { arm, disarm, instrument } from './fault.ts'

instrument()
const [root = '', kindName = '', commit = '', mode = '', at = ''] = process.argv.slice(2)
const kind = kindName === 'directory' ? 'directory' : 'branch'
const { openLanding, recoverScene } = await import('./landing.ts')
const { stage } = await import('./scene.ts')
arm('kill', Number(at))
if (mode === 'recover' || mode === 'mend') {
  const recoveries = await recoverScene(root, kind, 2)
  process.stdout.write(mode === 'mend' ? recoveries.map(({ outcome }) => outcome).join() : `${disarm()}`)
} else {
  const landing = await openLanding(root, kind, commit, mode === 'whole' ? stage : undefined)
  const { land } = await landing.ready(1)
  await land()
  process.stdout.write(mode === 'whole' ? 'landed' : `${disarm()}`)
  await landing.repository.close()
}
