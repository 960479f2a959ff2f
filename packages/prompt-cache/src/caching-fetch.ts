import type { PromptCache } from './prompt-cache.ts'

export interface CachingFetchOptions {
  /** Its `parse` may be `(json) => json`: what comes back is handed to the client as it was. */
  cache: PromptCache<unknown>
  /** Part of the key: `anthropic`, `openai`, ... */
  provider: string
  /** @default the global one */
  fetch?: typeof globalThis.fetch
}

/** An answer that says no: for the client of the provider to deal with, and never kept. Read whole, since the call it came from ends. */
class Refusal {
  readonly #status: number
  readonly #headers: Headers
  readonly #body: ArrayBuffer

  private constructor({ status, headers }: Response, body: ArrayBuffer) {
    this.#status = status
    this.#headers = headers
    this.#body = body
  }

  static async of(response: Response): Promise<Refusal> {
    return new Refusal(response, await response.arrayBuffer())
  }

  /** One for each who waited. */
  response(): Response {
    return new Response(this.#body, { status: this.#status, headers: this.#headers })
  }
}

/**
 * A `fetch` that gives identical questions the answer they had before: most clients of model providers take one, so that they need not know of the cache.
 * Only JSON that is posted and answered whole is looked at; streams, refusals and everything else pass through.
 */
export function cachingFetch({
  cache,
  provider,
  fetch = globalThis.fetch,
}: CachingFetchOptions): typeof globalThis.fetch {
  return async (input, init) => {
    const body = init?.method?.toUpperCase() === 'POST' ? jsonOf(init.body) : undefined
    if (body === undefined || ('stream' in body && body.stream === true)) return fetch(input, init)
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url
    try {
      const { answer } = await cache.around(
        { provider, url, body },
        async (signal) => {
          const response = await fetch(input, { ...init, signal })
          if (!response.ok) throw await Refusal.of(response)
          return response.json()
        },
        init?.signal ? { signal: init.signal } : {},
      )
      return Response.json(answer)
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown.response()
      throw thrown
    }
  }
}

function jsonOf(body: unknown): object | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? json : undefined
  } catch {
    return undefined
  }
}
