import { type FileChange, type ObjectId, parseRepoPath } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSession, RecordedAgent, type Session, type SessionEdit, SessionRecorder } from '../src/agents/index.ts'
import type { Agent, AgentEvent } from '../src/index.ts'
import { type AgentScenario, agentContract, assignedFixture } from '../src/testing/index.ts'
import { commit, emptyContext } from './support/disk-workspace.ts'

const { signal } = new AbortController()
const workspace = { id: 'w', directory: '/nowhere', commit, capture: async () => [] }

function filesOf(files: Record<string, string | Uint8Array>) {
  return {
    read: async (_commit: ObjectId, path: string) => {
      const content = files[path]
      return content === undefined ? null : versionOf(content)
    },
  }
}

function sessionOf(
  edits: object[],
  attempts: object[] = [{ events: edits.map((edit) => ({ type: 'edit', at: 0, ...edit })) }],
): Session {
  return parseSession(JSON.stringify({ format: 'patchlane-session', version: 1, agent: 'robot', attempts }))
}

async function run(agent: Agent, attempt = 1): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  const view = { ...workspace, id: assignedFixture().id, commit }
  const { workspaceIdSchema } = await import('@patchlane/kernel')
  const place = { ...view, id: workspaceIdSchema.parse('w') }
  for await (const event of agent.run(assignedFixture({ attempt }), emptyContext, place, signal)) events.push(event)
  return events
}

async function changesOf(session: Session, files: Record<string, string | Uint8Array>): Promise<readonly FileChange[]> {
  const last = (await run(new RecordedAgent({ session, files: filesOf(files) }))).at(-1)
  return last?.type === 'proposed' ? last.changes : []
}

describe('a recorded agent', () => {
  const scenario = async (session: Session, timing: 'none' | 'recorded' = 'none'): Promise<AgentScenario> => {
    const { workspaceIdSchema } = await import('@patchlane/kernel')
    return {
      agent: new RecordedAgent({ session, files: filesOf({ 'folder/a.txt': 'a' }), timing }),
      workspace: { ...workspace, id: workspaceIdSchema.parse('w') },
      context: emptyContext,
      dispose: async () => {},
    }
  }
  agentContract(
    { it, expect },
    {
      editing: (paths) => scenario(sessionOf(paths.map((path) => ({ edit: 'write', path, content: 'new' })))),
      endless: () =>
        scenario(
          sessionOf(
            [],
            [
              {
                events: [
                  { type: 'message', at: 0, text: 'hi' },
                  { type: 'message', at: 600_000, text: 'late' },
                ],
              },
            ],
          ),
          'recorded',
        ),
      failing: () => scenario(sessionOf([{ edit: 'delete', path: 'missing' }])),
    },
  )

  it('makes its edits on the files as they are', async () => {
    const session = sessionOf([
      { edit: 'replace', path: 'a', find: 'two', replace: 'TWO' },
      { edit: 'rename', path: 'new', from: 'old' },
      { edit: 'delete', path: 'gone' },
      { edit: 'write', path: 'bin', content: '/wD/', encoding: 'base64', mode: '100755', before: null },
    ])
    expect(await changesOf(session, { a: 'zero\none\ntwo\n', old: 'o', gone: 'g' })).toEqual([
      {
        kind: 'modify',
        path: 'a',
        before: versionOf('zero\none\ntwo\n'),
        after: versionOf('zero\none\nTWO\n'),
      },
      { kind: 'create', path: 'bin', after: versionOf(new Uint8Array([255, 0, 255]), '100755') },
      { kind: 'delete', path: 'gone', before: versionOf('g') },
      { kind: 'rename', path: 'new', from: 'old', before: versionOf('o'), after: versionOf('o') },
    ])
  })

  it.each([
    ['is not there', { edit: 'replace', path: 'a', find: 'x', replace: '' }, 'does not have the text'],
    ['is there twice', { edit: 'replace', path: 'a', find: 'o', replace: '' }, 'more than once'],
    ['was changed since', { edit: 'write', path: 'a', content: '', before: 'd'.repeat(40) }, 'not as it was'],
    ['stands in the way', { edit: 'rename', path: 'a', from: 'b' }, 'cannot be renamed'],
  ])('refuses an edit whose place %s', async (_, edit, message) => {
    await expect(changesOf(sessionOf([edit]), { a: 'foo\n', b: 'b' })).rejects.toThrow(message)
  })

  it('replays the attempt asked for, and the last for those after it', async () => {
    const attempts = ['first', 'second'].map((text) => ({ events: [{ type: 'message', at: 0, text }] }))
    const agent = new RecordedAgent({ session: sessionOf([], attempts), files: filesOf({}) })
    for (const [attempt, text] of [
      [1, 'first'],
      [2, 'second'],
      [5, 'second'],
    ] as const) {
      expect((await run(agent, attempt))[0]).toMatchObject({ text })
    }
  })

  it('refuses what is not a session', () => {
    expect(() => parseSession('{')).toThrow('not JSON')
    expect(() => sessionOf([{ edit: 'write', path: '../x', content: '' }])).toThrow('".."')
  })
})

describe('the recorder', () => {
  const proposing = (changes: FileChange[]): Agent => ({
    name: 'someone',
    async *run() {
      yield { type: 'output', stream: 'stdout', text: 'working' }
      yield { type: 'usage', inputTokens: 1, outputTokens: 2, usd: 3 }
      yield { type: 'proposed', changes, description: 'what I did' }
    },
  })

  it('makes sessions that replay to the same changes, whatever the files hold', async () => {
    const text = fc
      .array(fc.constantFrom('a\n', 'b\n', 'a', '\r\n', 'é\n'), { maxLength: 12 })
      .map((parts) => parts.join(''))
    const bytes = fc.uint8Array({ maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, bytes), fc.oneof(text, bytes), async (was, is) => {
        const [before, after] = [versionOf(was), versionOf(is)]
        fc.pre(before.oid !== after.oid)
        const changes: FileChange[] = [
          { kind: 'create', path: parseRepoPath('created'), after },
          { kind: 'delete', path: parseRepoPath('deleted'), before },
          { kind: 'modify', path: parseRepoPath('modified'), before, after },
          { kind: 'rename', path: parseRepoPath('renamed'), from: parseRepoPath('from'), before, after },
        ]
        const recorder = new SessionRecorder(() => 0)
        await run(recorder.record(proposing(changes)))
        const session = recorder.session('subtask', 'someone')
        const replayed = await changesOf(parseSession(JSON.stringify(session)), {
          deleted: was,
          modified: was,
          from: was,
        })
        const plain = (list: readonly FileChange[]) => JSON.stringify(list)
        expect(plain(replayed)).toBe(plain(changes))
      }),
      { numRuns: 200 },
    )
  })

  it('keeps what was said, and edits that fit a file that moved on', async () => {
    const [before, after] = [versionOf('one\ntwo\nthree\n'), versionOf('one\n2\nthree\n')]
    const recorder = new SessionRecorder(() => 7)
    await run(recorder.record(proposing([{ kind: 'modify', path: parseRepoPath('f'), before, after }])))
    const session = recorder.session('subtask', 'someone')
    const edit: Partial<SessionEdit> = { type: 'edit', edit: 'replace', find: 'two\n', replace: '2\n' }
    expect(session).toMatchObject({
      agent: 'someone',
      attempts: [{ description: 'what I did', events: [{ type: 'output', at: 0 }, { type: 'usage', usd: 3 }, edit] }],
    })
    if (session === undefined) return
    const [change] = await changesOf(session, { f: 'zero\none\ntwo\nthree\n' })
    expect(change?.kind === 'modify' && Buffer.from(change.after.content).toString()).toBe('zero\none\n2\nthree\n')
  })
})
