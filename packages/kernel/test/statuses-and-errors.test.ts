import { describe, expect, it } from 'vitest'
import {
  assertMove,
  canMove,
  InvalidInputError,
  isSettled,
  PatchlaneError,
  patchStatuses,
  patchTransitions,
} from '../src/index.ts'

describe('patch statuses', () => {
  it('settle for good, and everything unsettled can still settle', () => {
    for (const from of patchStatuses) {
      if (isSettled(from)) expect(patchStatuses.some((to) => canMove(from, to))).toBe(false)
      else expect(patchTransitions[from].some(isSettled)).toBe(true)
    }
  })

  it('reach landed from checking alone', () => {
    expect(patchStatuses.filter((from) => canMove(from, 'landed'))).toEqual(['checking'])
    expect(() => assertMove('Patch p', 'queued', 'landed')).toThrow(/cannot move from queued to landed/)
  })
})

describe('errors', () => {
  it('are recognised by marker and keep code, remedy and cause', () => {
    const cause = new Error('below')
    const error = new InvalidInputError('Bad.', { cause, remedy: 'Do better.' })
    expect(PatchlaneError.is(error)).toBe(true)
    expect(PatchlaneError.is(cause)).toBe(false)
    expect(PatchlaneError.is(Object.assign(new Error(), { [Symbol.for('patchlane.error')]: true }))).toBe(true)
    expect(error.cause).toBe(cause)
    expect(error.name).toBe('InvalidInputError')
    expect(error.toReport()).toEqual({
      code: 'KERNEL_INVALID_INPUT',
      kind: 'usage',
      message: 'Bad.',
      remedy: 'Do better.',
      retryable: false,
    })
  })
})
