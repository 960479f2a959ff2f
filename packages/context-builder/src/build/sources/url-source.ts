import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { PageRefusedError } from '../../errors.ts'
import type { ContextCandidate, ContextSource, SourceRequest } from '../context-source.ts'
import { readableText } from '../readable-text.ts'

export interface UrlSourceOptions {
  /** Pages of one task at most. @default 3 */
  maxPages?: number
  /** Bytes read of one page. @default 1_000_000 */
  maxBytes?: number
  /** Time for one page, redirects included. @default 5_000 */
  timeoutMs?: number
  /** Which addresses may be asked; for tests. @default all but private, local and reserved ones */
  allowAddress?: (address: string) => boolean
}

const MAX_REDIRECTS = 3
const MAX_TEXT = 20_000

/**
 * Pages that the task links to. Off unless asked for. Only `http` and `https`; no address of a private, local or reserved network, also
 * not by a redirect or a name that resolves to one: the address is checked where the connection is made.
 */
export class UrlSource implements ContextSource {
  readonly name = 'pages'
  readonly #options: Required<UrlSourceOptions>

  constructor(options: UrlSourceOptions = {}) {
    this.#options = { maxPages: 3, maxBytes: 1_000_000, timeoutMs: 5_000, allowAddress: isPublicAddress, ...options }
  }

  async collect({ task, signal }: SourceRequest): Promise<readonly ContextCandidate[]> {
    const urls = [...new Set(task.match(/\bhttps?:\/\/[^\s<>"'`)\]]+/g) ?? [])].slice(0, this.#options.maxPages)
    const pages = await Promise.all(
      urls.map(async (url) => ({ url, text: await this.read(url, signal).catch(() => undefined) })),
    )
    return pages.flatMap(({ url, text }, at) =>
      text === undefined || text === ''
        ? []
        : [
            {
              kind: 'text' as const,
              title: url,
              text: text.slice(0, MAX_TEXT),
              why: 'linked in the task',
              priority: 102 + at,
            },
          ],
    )
  }

  /** @throws {PageRefusedError} */
  async read(url: string, signal?: AbortSignal): Promise<string> {
    const deadline = AbortSignal.timeout(this.#options.timeoutMs)
    const stop = signal === undefined ? deadline : AbortSignal.any([deadline, signal])
    let next = url
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await this.#get(next, stop)
      if (answer.redirect === undefined) return readableText(answer.body, answer.type)
      next = new URL(answer.redirect, next).href
    }
    throw new PageRefusedError(url, 'it redirects too often')
  }

  async #get(url: string, signal: AbortSignal): Promise<{ redirect?: string; body: string; type: string }> {
    const target = new URL(url)
    const { allowAddress, maxBytes } = this.#options
    if (target.protocol !== 'http:' && target.protocol !== 'https:')
      throw new PageRefusedError(url, 'it is neither http nor https')
    const host = target.hostname.replace(/^\[|\]$/g, '')
    // A literal address is never looked up, so it is checked here.
    if (isIP(host) !== 0 && !allowAddress(host)) throw new PageRefusedError(url, 'its address is not public')
    const checkedLookup: LookupFunction = (name, options, callback) => {
      lookup(name, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0)
        const [first] = addresses
        if (first === undefined || addresses.some(({ address }) => !allowAddress(address))) {
          return callback(new PageRefusedError(url, 'its address is not public'), '', 0)
        }
        if (options.all === true) return callback(null, addresses)
        return callback(null, first.address, first.family)
      })
    }
    // Loaded here: together they take longer to load than all else that a context without pages needs.
    const { request: open } = await (target.protocol === 'https:' ? import('node:https') : import('node:http'))
    return new Promise((resolve, reject) => {
      const request = open(
        target,
        { lookup: checkedLookup, signal, headers: { accept: 'text/html,text/plain,text/markdown' } },
        (response) => {
          const { statusCode = 0, headers } = response
          if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
            response.destroy()
            resolve({ redirect: headers.location, body: '', type: '' })
            return
          }
          const type = headers['content-type'] ?? ''
          if (statusCode !== 200 || !/^text\/|json|xml/.test(type)) {
            response.destroy()
            reject(new PageRefusedError(url, `it answers ${statusCode} ${type}`))
            return
          }
          const chunks: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > maxBytes) {
              response.destroy()
              reject(new PageRefusedError(url, `it is larger than ${maxBytes} bytes`))
            } else chunks.push(chunk)
          })
          response.on('end', () => resolve({ body: Buffer.concat(chunks).toString('utf8'), type }))
          response.on('error', reject)
        },
      )
      request.on('error', reject)
      request.end()
    })
  }
}

const refused = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  refused.addSubnet(network, prefix, 'ipv4')
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  refused.addSubnet(network, prefix, 'ipv6')
}

/** Whether an address belongs to the open net: not this machine, not a private network, nothing reserved. */
export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  const family = isIP(plain)
  if (family === 0) return false
  if (family === 6 && /^::ffff:/i.test(plain)) return false
  return !refused.check(plain, family === 4 ? 'ipv4' : 'ipv6')
}
