import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, it } from 'vitest'
import { LiveScreen } from '../src/live/live-screen.ts'
import { progressText } from '../src/live/progress-bar.ts'
import { track } from '../src/live/road.ts'
import { RunModel } from '../src/live/run-model.ts'
import { renderRun } from '../src/live/run-view.ts'
import { createStyle } from '../src/text/style.ts'
import { FakeStream } from './cli-fixture.ts'

const plain = createStyle(false)
const stages = ['queued', 'staged', 'checking', 'awaiting_approval', 'landed', 'conflicted', 'rejected', 'failed']

function modelOf(statuses: readonly string[], text = 'says something'): RunModel {
  const model = new RunModel('run-1', 0)
  statuses.forEach((status, at) => {
    const about = { runId: 'run-1', at: 1000, subtask: `subtask-${at}`, agent: `agent-${at}` }
    model.apply({ ...about, type: 'agent.started' })
    model.apply({ ...about, type: 'patch.moved', status, message: text, patchId: '3f2a9c1e-0000' })
  })
  return model
}

it('fits every width and height, whatever the agents say', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...stages), { maxLength: 30 }),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 1, max: 50 }),
      (statuses, text, width, height) => {
        const lines = renderRun(modelOf(statuses, text), { now: 5000, width, height, style: plain })
        expect(lines.length).toBeLessThanOrEqual(height)
        for (const line of lines) {
          expect(stringWidth(line)).toBeLessThanOrEqual(width)
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
        }
      },
    ),
  )
})

it('drops columns when the terminal is narrow, and keeps what matters', () => {
  const model = modelOf(['checking'])
  const at = (width: number) => renderRun(model, { now: 5000, width, height: 20, style: plain }).join('\n')
  expect(at(100)).toMatch(/agent-0.*■■■▸·.*checking.*next: land/)
  expect(at(60)).not.toContain('agent-0')
  expect(at(60)).toContain('next: land')
  expect(at(40)).toMatch(/subtask-0 +▸ checking +0:04/)
})

it('shows those under way first when there are too many, and says how many are hidden', () => {
  const model = modelOf([...Array(20).fill('landed'), 'checking', 'awaiting_approval'])
  const lines = renderRun(model, { now: 5000, width: 100, height: 8, style: plain })
  expect(lines).toHaveLength(8)
  expect(lines.join('\n')).toMatch(/subtask-20.*subtask-21.*… and 17 more/s)
})

it('says what is next at each station', () => {
  const next = (status: string) =>
    renderRun(modelOf([status], ''), { now: 0, width: 120, height: 5, style: plain }).at(-1)
  expect(next('queued')).toContain('next: merge onto the head')
  expect(next('staged')).toContain('next: checks')
  expect(next('awaiting_approval')).toContain('next: patchlane approve 3f2a9c1e')
  expect([track('waiting'), track('queued'), track('landed'), track('conflicted')]).toEqual([
    '·····',
    '■▸···',
    '■■■■■',
    '■■✗··',
  ])
})

it('starts over when an agent tries again', () => {
  const model = modelOf(['conflicted'])
  const about = { runId: 'run-1', at: 2000, subtask: 'subtask-0', agent: 'agent-0' }
  model.apply({ ...about, type: 'subtask.retrying', message: 'Both changed a.ts.', data: { attempt: 2, of: 3 } })
  expect(renderRun(model, { now: 3000, width: 120, height: 5, style: plain }).at(-1)).toMatch(
    /▸ working +0:02 +attempt 2 of 3: Both changed a\.ts\./,
  )
})

it('writes only what changed', () => {
  const stream = new FakeStream()
  const screen = new LiveScreen(stream, () => undefined)
  screen.show(['one', 'two', 'three'])
  stream.text = ''
  screen.show(['one', 'two', 'three'])
  expect(stream.text).toBe('')
  screen.show(['one', 'TWO', 'three'])
  expect(stripVTControlCharacters(stream.text)).toContain('TWO')
  expect(stream.text).not.toContain('one')
  screen.end({ keep: true })
  screen.end({ keep: true })
  expect(stream.text.match(/\u001b\[\?25h/g)).toHaveLength(1)
})

it('erases what a narrower terminal made of the old lines, then draws anew', () => {
  const stream = new FakeStream()
  let resized = 0
  const screen = new LiveScreen(stream, () => {
    resized += 1
    screen.show(['short'])
  })
  screen.show(['x'.repeat(90), 'y'.repeat(90)])
  stream.text = ''
  stream.resize(50)
  expect(resized).toBe(1)
  expect(stream.text.match(/\u001b\[1A/g)).toHaveLength(4)
  expect(stripVTControlCharacters(stream.text)).toContain('short')
  screen.end({ keep: true })
})

it('tells rate and time left', () => {
  expect(progressText({ label: 'indexing', done: 50, total: 100, elapsedMs: 1000 })).toBe(
    `indexing ${'━'.repeat(10)}${'╌'.repeat(10)} 50/100, 50/s, 1.0 s left`,
  )
  expect(progressText({ label: 'x', done: 0, total: 0, elapsedMs: 0 })).toBe(`x ${'╌'.repeat(20)} 0/0`)
})
