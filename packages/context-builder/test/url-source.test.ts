import { createServer, type Server } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../src/build/sources/url-source.ts'
import { UrlSource } from '../src/index.ts'

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function serve(
  pages: Record<string, { status?: number; type?: string; location?: string; body?: string }>,
): Promise<string> {
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''] ?? { status: 404 }
    const headers = {
      'content-type': page.type ?? 'text/html',
      connection: 'close',
      ...(page.location === undefined ? {} : { location: page.location }),
    }
    response.writeHead(page.status ?? 200, headers).end(page.body ?? '')
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const local = new UrlSource({ allowAddress: (address) => address === '127.0.0.1', maxBytes: 1_000 })

describe('UrlSource', () => {
  it('reads the text of a page', async () => {
    const origin = await serve({
      '/': { body: '<html><nav>Menu</nav><main><h1>Quotes</h1><p>a &lt; b</p><script>bad()</script></main></html>' },
    })
    expect(await local.read(`${origin}/`)).toBe('Quotes\n a < b')
  })

  it('refuses what is private, local or reserved: by address, by name, by redirect', async () => {
    const origin = await serve({ '/': { status: 302, location: 'http://169.254.169.254/latest' } })
    const open = new UrlSource()
    for (const url of [
      `${origin}/`,
      'http://localhost:1/',
      'http://[::1]:1/',
      'http://10.0.0.1/',
      'file:///etc/passwd',
      'http://0x7f000001/',
    ]) {
      await expect(open.read(url)).rejects.toMatchObject({ code: 'CONTEXT_PAGE_REFUSED' })
    }
    await expect(local.read(`${origin}/`)).rejects.toMatchObject({ code: 'CONTEXT_PAGE_REFUSED' })
  })

  it('refuses what is too large, no text, missing, or leads in circles', async () => {
    const origin = await serve({
      '/large': { body: 'x'.repeat(2_000) },
      '/image': { type: 'image/png', body: 'x' },
      '/loop': { status: 302, location: '/loop' },
    })
    for (const path of ['/large', '/image', '/missing', '/loop']) {
      await expect(local.read(origin + path)).rejects.toMatchObject({ code: 'CONTEXT_PAGE_REFUSED' })
    }
  })
})

it('knows which addresses are public', () => {
  for (const address of ['8.8.8.8', '2606:4700:4700::1111', '1.1.1.1']) expect(isPublicAddress(address)).toBe(true)
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.20.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    'fe80::1',
    'fd00::1',
    'nonsense',
  ]) {
    expect(isPublicAddress(address)).toBe(false)
  }
})
