import { randomUUID } from 'node:crypto'
import type { TestApi } from '@patchlane/kernel/testing'
import type { WakeUps } from '../wake-ups.ts'

export interface WakeUpsHarness {
  /** What is opened for one namespace hears of each other. */
  open(namespace: string): Promise<WakeUps>
}

/** What whoever waits relies on. A wake-up may come twice, or for a topic that nobody named; it must come. */
export function wakeUpsContract({ it, expect }: TestApi, harness: WakeUpsHarness): void {
  /** Tells until it was heard: what is sent before the other one listens may be lost. */
  const until = async (tell: () => void, heard: () => boolean) => {
    for (let n = 0; n < 400 && !heard(); n++) {
      tell()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return heard()
  }

  it('wakes those who listen, here and elsewhere', async () => {
    const namespace = randomUUID()
    const [one, two] = [await harness.open(namespace), await harness.open(namespace)]
    const heard = { here: 0, elsewhere: 0 }
    const stops = [one.listen('topic', () => heard.here++), two.listen('topic', () => heard.elsewhere++)]
    expect(
      await until(
        () => one.notify('topic'),
        () => heard.here > 0 && heard.elsewhere > 0,
      ),
    ).toBe(true)
    const before = heard.elsewhere
    expect(
      await until(
        () => one.notify('topic'),
        () => heard.elsewhere > before,
      ),
    ).toBe(true)
    for (const stop of stops) stop()
  })

  it('wakes nobody who stopped, and takes words after its end', async () => {
    const namespace = randomUUID()
    const [one, two] = [await harness.open(namespace), await harness.open(namespace)]
    let [stopped, listening] = [0, 0]
    const stop = two.listen('topic', () => stopped++)
    two.listen('topic', () => listening++)
    stop()
    stop()
    expect(
      await until(
        () => one.notify('topic'),
        () => listening > 0,
      ),
    ).toBe(true)
    expect(stopped).toBe(0)
    await two.close()
    two.notify('topic')
    two.listen('topic', () => {})()
    await two.close()
  })
}
