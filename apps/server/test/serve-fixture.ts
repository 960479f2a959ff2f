import { Writable } from 'node:stream'
import { createLogger, type RunningServer, type ServeOptions, serve, type Token } from '../src/index.ts'
import { FakePipeline } from './fake-pipeline.ts'

export const tokens = [
  { name: 'rita', role: 'reader', secret: 'reader-secret-0123456789' },
  { name: 'bot', role: 'agent', secret: 'agent-secret-0123456789' },
  { name: 'ann', role: 'approver', secret: 'approver-secret-0123456789' },
] as const satisfies readonly Token[]
const [reader, agent, approver] = tokens

export interface Fixture extends AsyncDisposable {
  pipeline: FakePipeline
  server: RunningServer
  /** Everything that was logged. */
  logged(): string
  /** A request with one of the tokens. */
  ask(who: 'reader' | 'agent' | 'approver' | null, method: string, path: string, body?: unknown): Promise<Response>
}

/** A server on a free port of the loopback interface, over a fake pipeline. */
export async function startServer(options: Partial<ServeOptions> = {}): Promise<Fixture> {
  const pipeline = new FakePipeline()
  const lines: string[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const server = await serve({
    directory: '.',
    port: 0,
    tokens,
    gate: false,
    openPipeline: async () => pipeline,
    logger: createLogger({ level: 'trace', destination }),
    ...options,
  })
  const secrets = { reader: reader.secret, agent: agent.secret, approver: approver.secret }
  return {
    pipeline,
    server,
    logged: () => lines.join(''),
    ask: (who, method, path, body) =>
      fetch(`${server.url}${path}`, {
        method,
        headers: {
          ...(who === null ? {} : { authorization: `Bearer ${secrets[who]}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => server.close(),
  }
}
