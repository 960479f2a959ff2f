// Lands or recovers in a process of its own, and dies at the call it is told to: child.ts <root> <kind> <commit> <land|recover> <call>
import { arm, disarm, instrument } from './fault.ts'

instrument()
const [root = '', kindName = '', commit = '', mode = '', at = ''] = process.argv.slice(2)
const kind = kindName === 'directory' ? 'directory' : 'branch'
const { openLanding } = await import('./landing.ts')
const landing = await openLanding(root, kind, commit)
if (mode === 'land') {
  const { land } = await landing.ready(1)
  arm('kill', Number(at))
  await land()
} else {
  const fence = await landing.target.takeOver({ epoch: 2, owner: 'recoverer' })
  arm('kill', Number(at))
  await landing.target.recover(fence)
}
process.stdout.write(`${disarm()}`)
await landing.repository.close()
