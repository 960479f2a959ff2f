import type { PatchStatus } from '@patchlane/kernel'
import type { Style } from './style.ts'

const looks = {
  queued: { mark: '·', tone: 'dim' },
  staged: { mark: '▸', tone: 'info' },
  checking: { mark: '▸', tone: 'info' },
  awaiting_approval: { mark: '?', tone: 'warn' },
  landed: { mark: '✓', tone: 'good' },
  conflicted: { mark: '✗', tone: 'bad' },
  rejected: { mark: '✗', tone: 'bad' },
  stale: { mark: '✗', tone: 'warn' },
  broken: { mark: '✗', tone: 'bad' },
  superseded: { mark: '-', tone: 'dim' },
  withdrawn: { mark: '-', tone: 'dim' },
  failed: { mark: '✗', tone: 'bad' },
} as const satisfies Record<PatchStatus | 'failed', { mark: string; tone: Exclude<keyof Style, 'enabled'> }>

/** A status in words for people, with its mark and colour. */
export function statusText(status: PatchStatus | 'failed', style: Style): string {
  const { mark, tone } = looks[status]
  return style[tone](`${mark} ${status.replace('_', ' ')}`)
}

/** Whether a word is the name of a status. */
export function isStatus(word: string): word is PatchStatus | 'failed' {
  return Object.hasOwn(looks, word)
}
