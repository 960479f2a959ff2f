import { createHmac } from 'node:crypto'
import { type ErrorKind, errorMessage, PatchlaneError } from '@patchlane/kernel'
import type { Approval } from '../approval.ts'
import type { ApprovalChannel } from '../approval-channel.ts'

/** The receiver did not take the question. */
export class WebhookError extends PatchlaneError {
  readonly code = 'APPROVAL_WEBHOOK_FAILED'
  override readonly kind: ErrorKind = 'environment'
  override readonly retryable = true
}

export interface WebhookChannelOptions {
  url: string
  /** The body's HMAC-SHA256 under it goes into `x-patchlane-signature`, as `sha256=<hex>`. */
  secret: string
  /** @default 10_000 */
  timeoutMs?: number
}

/** Posts each question as JSON to one address, signed. */
export class WebhookChannel implements ApprovalChannel {
  readonly name = 'webhook'
  readonly #options: WebhookChannelOptions

  constructor(options: WebhookChannelOptions) {
    this.#options = options
  }

  /** @throws {WebhookError} unless the receiver answers with a status of 200 to 299. */
  async announce(approval: Approval, signal?: AbortSignal): Promise<void> {
    const { url, secret, timeoutMs = 10_000 } = this.#options
    const body = JSON.stringify({ type: 'approval.requested', approval })
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const deadline = AbortSignal.timeout(timeoutMs)
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'x-patchlane-signature': signature },
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    }).catch((cause: unknown) => {
      throw new WebhookError(`The approval webhook could not be reached: ${errorMessage(cause)}`, { cause })
    })
    await response.body?.cancel()
    if (!response.ok) throw new WebhookError(`The approval webhook answered with status ${response.status}.`)
  }
}
