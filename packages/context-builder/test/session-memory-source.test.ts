import { describe, expect, it } from 'vitest'
import {
  CodeIndex,
  ContextRanker,
  GraphBuilder,
  HistoryStore,
  InMemorySessionMemory,
  MemoryTreeReader,
  SessionMemorySource,
  type SessionNote,
} from '../src/index.ts'
import { contextSourceContract } from '../src/testing/index.ts'

const files = {
  'src/cookie.ts': 'export function parseCookie(text: string) {\n  return text\n}\n',
  'src/clock.ts': 'export const now = () => Date.now()\n',
}

const note = (title: string, text: string, paths: string[] = []): SessionNote => ({ title, text, paths })

async function collect(notes: readonly SessionNote[], options: { limit?: number; maxCharacters?: number } = {}) {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'Begin', files })
  const index = await CodeIndex.open({ reader })
  const view = await index.view({ commit })
  const memory = new InMemorySessionMemory()
  for (const one of notes) memory.remember(one)
  const task = 'parseCookie loses quotes'
  return new SessionMemorySource({ memory, ...options }).collect({
    task,
    view,
    ranking: await new ContextRanker().rank({ view, task }),
    graph: await new GraphBuilder(reader).of(view),
    history: await new HistoryStore(reader, index.directory).of(commit),
    limit: 10,
  })
}

describe('SessionMemorySource', () => {
  const memory = new InMemorySessionMemory()
  memory.remember(note('Refused', 'parseCookie must keep empty values', ['src/cookie.ts']))
  contextSourceContract({ it, expect }, { open: async () => new SessionMemorySource({ memory }) })

  it('recalls what is about the same files or words, and nothing else', async () => {
    const found = await collect([
      note('Clock', 'Use a monotonic clock.', ['src/clock.ts']),
      note('Refused: split at ;', 'The tests of quoted values failed.', ['src/cookie.ts']),
      note('Decision', 'parseCookie never throws'),
    ])
    expect(found.map((one) => one.kind === 'text' && [one.title, one.why])).toEqual([
      ['Refused: split at ;', 'earlier work on the same files'],
      ['Decision', 'earlier work in the same words'],
    ])
  })

  it('prefers the newest among equals, and keeps to its limits', async () => {
    const notes = ['one', 'two', 'three'].map((title) => note(title, 'x'.repeat(50), ['src/cookie.ts']))
    const found = await collect(notes, { limit: 2, maxCharacters: 10 })
    expect(found.map((one) => one.kind === 'text' && [one.title, one.text.length])).toEqual([
      ['three', 10],
      ['two', 10],
    ])
  })

  it('forgets the oldest', async () => {
    const short = new InMemorySessionMemory({ kept: 1 })
    short.remember(note('old', ''))
    short.remember(note('new', ''))
    expect((await short.notes()).map(({ title }) => title)).toEqual(['new'])
  })
})
