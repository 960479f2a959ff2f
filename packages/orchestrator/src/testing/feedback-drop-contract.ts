import type { TestApi } from '@patchlane/kernel/testing'
import type { FeedbackDrop } from '../agents/feedback-drop.ts'

export interface FeedbackDropHarness {
  open(): Promise<FeedbackDrop>
  /** The text of a file, and whether anybody but its owner can read it; undefined where there is none. */
  inspect(path: string): Promise<{ text: string; shared: boolean } | undefined>
}

/** What every {@link FeedbackDrop} guarantees. */
export function feedbackDropContract({ it, expect }: TestApi, harness: FeedbackDropHarness): void {
  it('lays files ready for this user alone, and takes them away', async () => {
    const drop = await harness.open()
    const files = await drop.open({ 'feedback.json': '{"é": 1}', 'context.txt': '' })
    expect(files.path('feedback.json').startsWith(files.directory)).toBe(true)
    expect(await harness.inspect(files.path('feedback.json'))).toEqual({ text: '{"é": 1}', shared: false })
    expect(await harness.inspect(files.path('context.txt'))).toEqual({ text: '', shared: false })
    await files.dispose()
    expect(await harness.inspect(files.path('feedback.json'))).toBeUndefined()
    await files.dispose()
  })

  it('gives each attempt a folder of its own', async () => {
    const drop = await harness.open()
    const [one, two] = await Promise.all([drop.open({ a: '1' }), drop.open({ a: '2' })])
    expect(one.directory).not.toBe(two.directory)
    await one.dispose()
    expect((await harness.inspect(two.path('a')))?.text).toBe('2')
    await two.dispose()
  })
}
