import { PatchlaneError } from '@patchlane/kernel'
import { describe, expect, it } from 'vitest'
import { cleanEnvironment, identityOf, isAlive, runProcess, spawnService } from '../src/index.ts'

const node = (script: string, ...args: string[]) => ({ file: process.execPath, args: ['-e', script, ...args] })

describe('runProcess', () => {
  it('hands over input and returns both streams and the exit code', async () => {
    const result = await runProcess({
      ...node('process.stdin.pipe(process.stdout); process.stderr.write("e"); process.exitCode = 3'),
      input: Buffer.from([0, 255, 10]),
    })
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, aborted: false, truncated: false })
    expect([...result.stdoutBytes]).toEqual([0, 255, 10])
    expect(result.stderr).toBe('e')
  })

  it('ends grandchildren that hold the output when time is up', async () => {
    const result = await runProcess({
      ...node(
        'const c = require("child_process").spawn(process.execPath, ["-e", "setInterval(()=>{},1e6)"], {stdio: "inherit"}); console.log(c.pid); setInterval(()=>{},1e6)',
      ),
      timeoutMs: 1_500,
    })
    expect(result.timedOut).toBe(true)
    const grandchild = Number(result.stdout.trim())
    expect(grandchild).toBeGreaterThan(0)
    await expect.poll(() => identityOf(grandchild)).toBeUndefined()
  })

  it('ends what a program leaves running in the background', async () => {
    const result = await runProcess(
      node(
        'const c = require("child_process").spawn(process.execPath, ["-e", "setInterval(()=>{},1e6)"], {stdio: "ignore"}); console.log(c.pid); process.exit(0)',
      ),
    )
    expect(result.exitCode).toBe(0)
    await expect.poll(() => identityOf(Number(result.stdout.trim()))).toBeUndefined()
  })

  it('stops at the abort signal', async () => {
    const controller = new AbortController()
    const result = await runProcess({
      ...node('setInterval(()=>{},1e6)'),
      signal: controller.signal,
      onStart: () => controller.abort(),
    })
    expect(result).toMatchObject({ aborted: true, exitCode: null })
  })

  it('keeps the beginning and the end of too much output', async () => {
    const result = await runProcess({
      ...node('process.stdout.write("begin" + "x".repeat(300000) + "end")'),
      maxOutputBytes: 1_000,
    })
    expect(result.truncated).toBe(true)
    expect(result.stdout).toMatch(/^begin/)
    expect(result.stdout).toMatch(/end$/)
    expect(result.stdout).toMatch(/bytes left out/)
    expect(result.stdout.length).toBeLessThan(1_100)
  })

  it('names a program that is not there', async () => {
    const error: unknown = await runProcess({ file: 'no-such-program-here' }).catch((thrown: unknown) => thrown)
    expect(PatchlaneError.is(error) && error.code).toBe('PROCESS_PROGRAM_NOT_FOUND')
  })

  it('names a folder that is not there', async () => {
    const error: unknown = await runProcess({ ...node(''), cwd: '/no/such/folder' }).catch((thrown: unknown) => thrown)
    expect(PatchlaneError.is(error) && error.code).toBe('PROCESS_START_FAILED')
    expect(String(error)).toContain('/no/such/folder')
  })
})

describe('cleanEnvironment', () => {
  it('keeps what is harmless and drops secrets and git settings', () => {
    const parent = { PATH: '/bin', LC_ALL: 'C', API_TOKEN: 's', GIT_DIR: '/x', NODE_OPTIONS: '--inspect' }
    expect(cleanEnvironment({ A: '1' }, parent)).toEqual({ PATH: '/bin', LC_ALL: 'C', A: '1' })
    expect(cleanEnvironment({ PATH: undefined }, parent)).toEqual({ LC_ALL: 'C' })
  })
})

describe('process identity', () => {
  it('knows itself and does not take another start for the same process', async () => {
    const self = await identityOf()
    expect(self).toBeDefined()
    if (self === undefined) return
    expect(await isAlive(self)).toBe(true)
    expect(await isAlive({ ...self, startTime: '1' })).toBe(false)
    expect(await isAlive({ ...self, bootId: 'another' })).toBe(false)
  })
})

describe('spawnService', () => {
  it('talks to a child until it is stopped', async () => {
    const service = await spawnService(node('process.stdin.on("data", d => process.stdout.write(d))'))
    service.stdin.write('hello')
    const chunk = await new Promise<Buffer>((resolve) => service.stdout.once('data', resolve))
    expect(chunk.toString()).toBe('hello')
    expect(service.running).toBe(true)
    expect(await service.stop()).toMatchObject({ exitCode: 0 })
    expect(service.running).toBe(false)
    await service.stop()
  })

  it('ends a child that does not leave', async () => {
    const service = await spawnService(node('setInterval(()=>{},1e6)'))
    expect(await service.stop(50)).toMatchObject({ signal: 'SIGKILL' })
  })

  it('has read the last words of a child before it says that the child ended', async () => {
    // The end of one child makes Node look for others that ended: several at once, or this is seen too seldom.
    for (let time = 0; time < 25; time++) {
      const services = await Promise.all(
        Array.from({ length: 8 }, () =>
          spawnService({ file: 'sh', args: ['-c', 'read -r line; echo "last words" >&2; exit 1'] }),
        ),
      )
      for (const service of services) service.stdin.write('go\n')
      const words = services.map(async (service) => {
        await service.exited
        return service.errorOutput()
      })
      expect(new Set(await Promise.all(words))).toEqual(new Set(['last words\n']))
    }
  })

  it('does not wait for the error output of one that left the group', async () => {
    const service = await spawnService({ file: 'sh', args: ['-c', 'setsid sleep 5 & exec sleep 0.2'] })
    const holder = new Promise((resolve) => setTimeout(() => resolve('held'), 4_000))
    expect(await Promise.race([service.exited, holder])).toMatchObject({ exitCode: 0 })
  })

  it('names a program that is not there', async () => {
    await expect(spawnService({ file: 'no-such-program-here' })).rejects.toMatchObject({
      code: 'PROCESS_PROGRAM_NOT_FOUND',
    })
  })
})
