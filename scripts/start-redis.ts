import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface RedisServer {
  /** The path that clients connect to. */
  socket: string
  /** Kills it. */
  die(): Promise<void>
  /** Starts it again, on the same socket. */
  comeBack(): Promise<void>
  stop(): Promise<void>
}

export interface StartRedisOptions {
  /** Each write is on the disk before it is answered (`appendfsync always`); for figures. @default false */
  durable?: boolean
}

/** A Redis server of our own, for tests, on a socket. Undefined, with a warning, where none is installed; with CI set, that is an error. */
export async function startRedis({ durable = false }: StartRedisOptions = {}): Promise<RedisServer | undefined> {
  const installed = (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server')))
  if (!installed) {
    if (process.env.CI) throw new Error('redis-server is not installed, and CI may not skip its tests')
    console.warn('SKIPPED: redis-server is not installed; the tests of the Redis adapter did not run.')
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'patchlane-redis-'))
  const socket = join(directory, 'redis.sock')
  const log = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', ...log, '--dir', directory]
  const start = async () => {
    const server = spawn('redis-server', args, { stdio: 'ignore' })
    while (server.exitCode === null && !(await answers(socket))) await sleep(10)
    return server
  }
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exit = once(server, 'exit')
    server.kill(signal)
    await exit
  }
  let server = await start()
  return {
    socket,
    die: () => end('SIGKILL'),
    async comeBack() {
      server = await start()
    },
    async stop() {
      await end('SIGTERM')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function answers(socket: string): Promise<boolean> {
  const connection = connect(socket)
  try {
    await once(connection, 'connect')
    return true
  } catch {
    return false
  } finally {
    connection.destroy()
  }
}
