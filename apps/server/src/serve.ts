import type { AddressInfo } from 'node:net'
import type { OpenPipeline, OpenPipelineOptions } from '@patchlane/pipeline'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { createServer } from './create-server.ts'
import { ExposedWithoutTokensError, ListenError } from './errors.ts'
import { GateLoop } from './gate-loop.ts'
import { createLogger } from './logger.ts'
import { generateTokens, parseTokens, type Token } from './tokens.ts'

export interface ServeOptions extends OpenPipelineOptions {
  /** How the repository is opened: `openPipeline` of `@patchlane/pipeline`. */
  openPipeline: OpenPipeline
  /** @default '127.0.0.1' */
  host?: string
  /** 0 takes any free one. @default 4870 */
  port?: number
  /** Wins over the variable PATCHLANE_TOKENS; without either, two are made for this start. */
  tokens?: readonly Token[]
  /** Whether patches are landed by this process too. @default true */
  gate?: boolean
  /** @default JSON lines on standard error */
  logger?: FastifyBaseLogger
  /** Where PATCHLANE_TOKENS is read. @default process.env */
  env?: Readonly<Record<string, string | undefined>>
}

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:4870`. */
  url: string
  tokens: readonly Token[]
  /** True when the tokens were made for this start: show them once, they are kept nowhere. */
  generated: boolean
  /** Stops taking requests, ends event streams, lets the gate give its lease back, closes the pipeline. Safe to call twice. */
  close(): Promise<void>
}

/** Opens a repository and serves it until `close`. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const {
    openPipeline,
    host = '127.0.0.1',
    port = 4870,
    gate = true,
    logger = createLogger(),
    env = process.env,
  } = options
  const chosen = options.tokens ?? parseTokens(env.PATCHLANE_TOKENS ?? '')
  const generated = chosen.length === 0
  if (generated && !isLoopback(host)) throw new ExposedWithoutTokensError(host)
  const tokens = generated ? generateTokens() : chosen

  const pipeline = await openPipeline(repositoryOptions(options))
  const loop = new GateLoop()
  let app: FastifyInstance
  try {
    app = await createServer({ pipeline, tokens, logger, gateState: () => loop.state })
    await app.listen({ host, port }).catch((error: unknown) => {
      throw new ListenError(host, port, error)
    })
  } catch (error) {
    await pipeline.close()
    throw error
  }
  if (gate) loop.start(pipeline.gate, logger)

  let closing: Promise<void> | undefined
  const close = async () => {
    try {
      await app.close()
      await loop.stop()
    } finally {
      await pipeline.close()
    }
  }
  return {
    url: urlOf(app.server.address(), host),
    tokens,
    generated,
    close() {
      closing ??= close()
      return closing
    },
  }
}

function repositoryOptions(options: ServeOptions): OpenPipelineOptions {
  return {
    directory: options.directory,
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.configFile === undefined ? {} : { configFile: options.configFile }),
    ...(options.overrides === undefined ? {} : { overrides: options.overrides }),
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

function urlOf(address: string | AddressInfo | null, host: string): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
