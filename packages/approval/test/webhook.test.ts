import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { expect, it } from 'vitest'
import { MemoryApprovalStore, WebhookChannel } from '../src/index.ts'
import { consultationFixture } from '../src/testing/index.ts'

it('posts a signed question, and fails loudly where nobody takes it', async () => {
  const seen: { signature: unknown; body: string }[] = []
  let status = 204
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request)
    seen.push({ signature: request.headers['x-patchlane-signature'], body: Buffer.concat(chunks).toString() })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const channel = new WebhookChannel({ url: `http://127.0.0.1:${port}/hook`, secret: 'shared' })
  const { patch } = consultationFixture().queued
  const approval = await new MemoryApprovalStore().open({
    ...patch,
    author: 'a',
    contentKey: 'k',
    risk: { level: 'high', score: 1, reasons: [] },
    reasons: [],
    policyVersion: 'v',
    ttlMs: 1000,
  })
  await channel.announce(approval)
  const expected = createHmac('sha256', 'shared')
    .update(seen[0]?.body ?? '')
    .digest('hex')
  expect(seen[0]?.signature).toBe(`sha256=${expected}`)
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
    type: 'approval.requested',
    approval: { approvalId: approval.approvalId },
  })
  status = 500
  await expect(channel.announce(approval)).rejects.toMatchObject({ code: 'APPROVAL_WEBHOOK_FAILED' })
  await new Promise((resolve) => server.close(resolve))
  await expect(channel.announce(approval)).rejects.toMatchObject({ code: 'APPROVAL_WEBHOOK_FAILED', retryable: true })
})
