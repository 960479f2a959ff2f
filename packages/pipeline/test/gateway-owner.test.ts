import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { identityOf } from '@patchlane/process'
import { expect, it } from 'vitest'
import { gatewayOwner, isDeadOwner } from '../src/wiring/gateway-owner.ts'

it('takes no living process for dead, and no stranger', async () => {
  expect(await isDeadOwner(await gatewayOwner())).toBe(false)
  expect(await isDeadOwner('somebody')).toBe(false)
  expect(await isDeadOwner(`${hostname()}:1 {`)).toBe(false)
})

it('knows a killed process of this machine, and only of this one', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(child, 'spawn')
  const identity = await identityOf(child.pid)
  const owner = (host: string) => `${host}:${child.pid} ${JSON.stringify(identity)}`
  expect(await isDeadOwner(owner(hostname()))).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(await isDeadOwner(owner(hostname()))).toBe(true)
  expect(await isDeadOwner(owner('another-machine'))).toBe(false)
})
