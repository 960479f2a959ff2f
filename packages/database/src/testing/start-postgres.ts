import { execFile, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { DatabaseUnavailableError } from '../errors.ts'

const run = promisify(execFile)

export interface PostgresServer {
  url: string
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

export interface StartPostgresOptions {
  /** True for figures: as a server that must not lose anything is run. @default false */
  fsync?: boolean
  /** Where its data lies, in a folder of its own. @default the folder for temporary files */
  directory?: string
  /** Settings as `postgres -c` takes them. */
  settings?: readonly string[]
}

/**
 * A Postgres server for tests, from the binaries installed on this machine: fresh, on a free port of the loopback address, without
 * fsync unless asked for. With PATCHLANE_TEST_POSTGRES_URL set, that server is used instead and left running.
 *
 * Where no binaries are found: `undefined`, said loudly, so that suites can skip; with CI=true an error.
 */
export async function startPostgres(options: StartPostgresOptions = {}): Promise<PostgresServer | undefined> {
  const given = process.env.PATCHLANE_TEST_POSTGRES_URL
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} }
  const bin = findBinaries()
  if (bin === undefined) {
    const message = 'No Postgres server binaries (initdb, postgres) were found on this machine.'
    if (process.env.CI === 'true')
      throw new DatabaseUnavailableError(message, { remedy: 'Install a Postgres server, or unset CI.' })
    console.warn(`\n!! ${message}\n!! ALL POSTGRES TESTS ARE SKIPPED.\n`)
    return undefined
  }
  const directory = mkdtempSync(join(options.directory ?? tmpdir(), 'patchlane-postgres-'))
  try {
    return await start(bin, directory, options)
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

async function start(
  bin: string,
  directory: string,
  { fsync = false, settings: given = [] }: StartPostgresOptions,
): Promise<PostgresServer> {
  const who = await unprivilegedUser()
  if (who.uid !== undefined && who.gid !== undefined) chownSync(directory, who.uid, who.gid)
  const data = join(directory, 'data')
  const options = { ...who, cwd: directory }
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C'],
    options,
  )
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${directory}`,
    `fsync=${fsync ? 'on' : 'off'}`,
    'max_connections=1000',
    ...given,
  ]
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])],
    { ...options, stdio: 'ignore' },
  )
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const stop = async () => {
    // SIGINT is Postgres's fast shutdown: it ends its connections instead of waiting for them.
    server.kill('SIGINT')
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  for (let attempt = 0; attempt < 400 && server.exitCode === null; attempt++) {
    if (await accepts(url)) return { url, stop }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop()
  throw new DatabaseUnavailableError('The Postgres server for the tests did not start.')
}

/** Whether a client can connect. */
export async function accepts(url: string): Promise<boolean> {
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** On PATH, or where Debian keeps them: a folder per version that is not on PATH. */
function findBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Postgres refuses to run as root: then the user that its package made is used. */
export async function unprivilegedUser(): Promise<{ uid?: number; gid?: number }> {
  if (userInfo().uid !== 0) return {}
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout.trim())
  return { uid: await id('-u'), gid: await id('-g') }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port)
        else reject(new DatabaseUnavailableError('No free port was found.'))
      })
    })
  })
}
