import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { DatabaseUnavailableError } from '../errors.ts'
import { accepts, freePort, type PostgresServer, unprivilegedUser } from './start-postgres.ts'

/**
 * PgBouncer in transaction mode before a server, for tests: with fewer connections to the server than it takes, so that statements of one
 * client go to one server now and to another then. Where it is not installed: `undefined`, said loudly; with CI=true an error.
 */
export async function startPooler(server: PostgresServer): Promise<PostgresServer | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  const program = folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
  if (program === undefined) {
    const message = 'PgBouncer was not found on this machine.'
    if (process.env.CI === 'true')
      throw new DatabaseUnavailableError(message, { remedy: 'Install pgbouncer, or unset CI.' })
    console.warn(`\n!! ${message}\n!! ALL TESTS THROUGH A POOLER ARE SKIPPED.\n`)
    return undefined
  }
  const directory = mkdtempSync(join(tmpdir(), 'patchlane-pooler-'))
  const who = await unprivilegedUser()
  const { hostname, port: serverPort, pathname } = new URL(server.url)
  const port = await freePort()
  const settings = join(directory, 'pgbouncer.ini')
  writeFileSync(
    settings,
    `[databases]
${pathname.slice(1)} = host=${hostname} port=${serverPort} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 300
server_round_robin = 1
logfile = ${join(directory, 'log')}
`,
  )
  if (who.uid !== undefined && who.gid !== undefined) chownSync(directory, who.uid, who.gid)
  chmodSync(settings, 0o644)
  const pooler = spawn(program, [settings], { ...who, cwd: directory, stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => pooler.once('exit', () => resolve()))
  const stop = async () => {
    // SIGTERM is its immediate shutdown.
    pooler.kill('SIGTERM')
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  const url = `postgres://postgres@127.0.0.1:${port}${pathname}`
  for (let attempt = 0; attempt < 200 && pooler.exitCode === null; attempt++) {
    if (await accepts(url)) return { url, stop }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop()
  throw new DatabaseUnavailableError('The pooler for the tests did not start.')
}
