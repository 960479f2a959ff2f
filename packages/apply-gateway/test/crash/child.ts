// Lands or recovers in a process of its own, and dies at the call it is told to; or makes the commit again, lands it and says so:
// child.ts <root> <kind> <commit> <land|recover|whole> <call>
import { arm, disarm, instrument } from './fault.ts'

instrument()
const [root = '', kindName = '', commit = '', mode = '', at = ''] = process.argv.slice(2)
const kind = kindName === 'directory' ? 'directory' : 'branch'
const { openLanding } = await import('./landing.ts')
const { stage } = await import('./scene.ts')
const landing = await openLanding(root, kind, commit, mode === 'whole' ? stage : undefined)
if (mode !== 'recover') {
  const { land } = await landing.ready(1)
  arm('kill', Number(at))
  await land()
} else {
  const fence = await landing.target.takeOver({ epoch: 2, owner: 'recoverer' })
  arm('kill', Number(at))
  await landing.target.recover(fence)
}
const calls = disarm()
process.stdout.write(mode === 'whole' ? 'landed' : `${calls}`)
await landing.repository.close()
