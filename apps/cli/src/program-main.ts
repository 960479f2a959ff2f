import { readFileSync } from 'node:fs'
import process from 'node:process'
import { nodeIo } from './io/node-io.ts'
import { runCli } from './run-cli.ts'

// What reads our output may stop reading (`patchlane log | head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const manifest: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const exitCode = await runCli(process.argv.slice(2), {
  io: nodeIo(),
  services: {
    version: manifest.version,
    openPipeline: async (options) => (await import('@patchlane/pipeline')).openPipeline(options),
    serve: async (options) => (await import('@patchlane/server')).serve(options),
  },
})

// Everything is closed by now; what still keeps the process alive is a library's timer or socket. Output is flushed first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
