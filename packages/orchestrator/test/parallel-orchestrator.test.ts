import { setTimeout as delay } from 'node:timers/promises'
import { MemorySaver } from '@langchain/langgraph'
import type { RepoPath } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AgentKind, AgentRegistry, type AgentWorkspaces, ParallelOrchestrator } from '../src/index.ts'
import { type MemoryRepository, type Script, ScriptedAgents } from '../src/testing/index.ts'
import { eventsOf, planOf, scripted, world } from './support/world.ts'

const portsOf = (house: MemoryRepository) => ({
  workspaces: house,
  context: house,
  desk: house,
  target: house,
  merger: house,
})
const names = Array.from({ length: 10 }, (_, n) => `a${n}`)

describe('agents in parallel', () => {
  const write: Script = async ({ write, subtask, signal }) => {
    await delay(5, undefined, { signal })
    write(`${subtask.id}.txt`, subtask.id)
  }
  const scripts = Object.fromEntries(names.map((name) => [name, write]))

  it('runs ten at once and lands what each did', async () => {
    const { orchestrator, repository, agents } = world({ scripts })
    const handle = orchestrator.start({ plan: planOf(...names.map((name) => scripted(name))) })
    const result = await handle.result
    expect(result.patches.map(({ subtask, status, attempts }) => [subtask, status, attempts])).toEqual(
      names.map((name) => [name, 'landed', 1]),
    )
    expect(agents.peak).toBe(10)
    expect(result.head).toBe(await repository.head())
    expect(result.base).toBe(repository.history[0])
    expect(repository.history).toHaveLength(11)
    for (const name of names) expect(await repository.text(`${name}.txt`)).toBe(name)
    expect(repository.leased).toBe(0)
    expect(result.cost).toEqual({ inputTokens: 100, outputTokens: 10, usd: 5 })
  })

  it('stays within the limit, and uses it', async () => {
    const { orchestrator, agents } = world({ scripts })
    await orchestrator.start({ plan: planOf(...names.map((name) => scripted(name))), concurrency: 3 }).result
    expect(agents.peak).toBe(3)
  })

  it('gives the slot to another agent while a verdict is awaited', async () => {
    const gate = Promise.withResolvers<undefined>()
    const { orchestrator, agents } = world({ scripts, judge: () => gate.promise })
    const handle = orchestrator.start({ plan: planOf(scripted('a0'), scripted('a1')), concurrency: 1 })
    for await (const event of handle.events) {
      if (event.type === 'agent.finished' && agents.started.length === 2) gate.resolve(undefined)
    }
    expect((await handle.result).patches.map(({ status }) => status)).toEqual(['landed', 'landed'])
  })

  it('tells what happens, in order, each with its subtask, agent and time', async () => {
    const { orchestrator } = world({ scripts })
    const handle = orchestrator.start({ plan: planOf(scripted('a0')) })
    const events = await eventsOf(handle)
    expect(events.map(({ type }) => type)).toEqual([
      'run.started',
      'run.planned',
      'subtask.preparing',
      'subtask.preparing',
      'agent.started',
      'agent.message',
      'agent.usage',
      'agent.finished',
      'patch.proposed',
      'patch.moved',
      'patch.settled',
      'subtask.finished',
      'run.finished',
    ])
    for (const event of events) {
      expect(event).toMatchObject({ runId: handle.runId, at: expect.any(Number) })
      if (!event.type.startsWith('run.')) expect(event).toMatchObject({ subtask: 'a0', agent: 'scripted' })
    }
    expect(events.at(-1)).toMatchObject({ data: await handle.result })
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
  })

  it('starts agents of higher priority first', async () => {
    const { orchestrator, agents } = world({ scripts })
    const plan = planOf(scripted('a0'), scripted('a1', { priority: 5 }), scripted('a2', { priority: 9 }))
    await orchestrator.start({ plan, concurrency: 1 }).result
    expect(agents.started.map(({ subtask }) => subtask)).toEqual(['a2', 'a1', 'a0'])
  })
})

describe('a verdict goes back to its agent', () => {
  it('as both sides of the conflict, on the head, until it lands', async () => {
    const seen: unknown[] = []
    const append: Script = ({ read, write, subtask }) => {
      if (subtask.feedback !== null) seen.push(subtask.feedback)
      write('list.txt', `${read('list.txt')}${subtask.id}\n`)
    }
    const { orchestrator, repository, agents } = world({
      files: { 'list.txt': 'start\n' },
      scripts: { one: append, two: append },
    })
    const handle = orchestrator.start({ plan: planOf(scripted('one'), scripted('two')) })
    const events = await eventsOf(handle)
    const { patches } = await handle.result
    expect(patches.map(({ status }) => status)).toEqual(['landed', 'landed'])
    expect(patches.map(({ attempts }) => attempts).sort()).toEqual([1, 2])
    expect((await repository.text('list.txt'))?.split('\n').sort()).toEqual(['', 'one', 'start', 'two'])
    const [again] = agents.started.filter(({ attempt }) => attempt === 2)
    expect(again?.base).toBe(repository.history[1])
    expect(seen).toMatchObject([
      {
        attempt: 1,
        status: 'conflicted',
        code: 'MERGE_CONFLICT',
        head: again?.base,
        conflicts: [{ path: 'list.txt', base: 'start\n' }],
      },
    ])
    expect(events.map(({ type }) => type)).toContain('subtask.retrying')
  })

  it('as the failing test, at most as often as attempts allow', async () => {
    let round = 0
    const { orchestrator, agents } = world({
      scripts: { wrong: ({ write }) => write('x.txt', `wrong ${round++}`) },
      judge: () => ({
        status: 'rejected',
        code: 'CHECK_FAILED',
        message: 'test adds failed',
        checks: [
          { check: 'lint', kind: 'lint', outcome: 'passed', summary: 'clean', durationMs: 1 },
          {
            check: 'node:test',
            kind: 'tests',
            outcome: 'failed',
            summary: 'adds failed',
            output: 'not ok',
            durationMs: 1,
          },
        ],
      }),
    })
    const { patches } = await orchestrator.start({ plan: planOf(scripted('wrong')), attempts: 2 }).result
    expect(patches).toMatchObject([{ status: 'rejected', attempts: 2, reason: 'test adds failed', landedCommit: null }])
    expect(agents.started).toHaveLength(2)
  })

  it('only once where the agent would propose the same again', async () => {
    const { orchestrator, repository, agents } = world({
      scripts: { stubborn: ({ write }) => write('x.txt', 'same') },
      judge: () => ({ status: 'rejected', code: 'CHECK_FAILED', message: 'no.' }),
    })
    const { patches } = await orchestrator.start({ plan: planOf(scripted('stubborn')) }).result
    expect(patches).toMatchObject([{ status: 'rejected', reason: 'The agent proposed the same again. no.' }])
    expect(agents.started).toHaveLength(2)
    expect(repository.patches.size).toBe(1)
  })

  it('never where a person denied it', async () => {
    const { orchestrator, agents } = world({
      scripts: { a: ({ write }) => write('x.txt', 'x') },
      judge: () => ({ status: 'rejected', code: 'APPROVAL_DENIED', message: 'Not like this.' }),
    })
    await orchestrator.start({ plan: planOf(scripted('a')) }).result
    expect(agents.started).toHaveLength(1)
  })
})

describe('dependencies', () => {
  const scripts = {
    first: (({ write }) => write('first.txt', '1')) satisfies Script,
    second: (({ read, write }) => write('second.txt', `${read('first.txt')}2`)) satisfies Script,
  }

  it('start from what the dependency landed', async () => {
    const { orchestrator, repository, agents } = world({ scripts })
    const plan = planOf(scripted('second', { dependsOn: ['first'] }), scripted('first'))
    const { patches } = await orchestrator.start({ plan, concurrency: 1 }).result
    expect(patches.map(({ status }) => status)).toEqual(['landed', 'landed'])
    expect(await repository.text('second.txt')).toBe('12')
    expect(agents.started[1]).toMatchObject({ subtask: 'second', base: patches[1]?.landedCommit })
  })

  it('fail with it, all the way', async () => {
    const { orchestrator, agents } = world({
      scripts: { ...scripts, third: () => {} },
      judge: () => ({ status: 'broken', code: 'TOOL', message: 'the tool died' }),
      attempts: 1,
    })
    const plan = planOf(
      scripted('first'),
      scripted('second', { dependsOn: ['first'] }),
      scripted('third', { dependsOn: ['second'] }),
    )
    const { patches } = await orchestrator.start({ plan }).result
    expect(patches).toMatchObject([
      { status: 'broken', reason: 'the tool died' },
      { status: 'failed', reason: 'Depends on first, which did not land (broken).', attempts: 0, patchId: null },
      { status: 'failed', reason: 'Depends on second, which did not land (failed).' },
    ])
    expect(agents.started).toHaveLength(1)
  })

  it('may be many on one, without a warning', async () => {
    const warnings: string[] = []
    const onWarning = ({ name }: Error) => warnings.push(name)
    process.on('warning', onWarning)
    const many = Array.from({ length: 60 }, (_, n) => `m${n}`)
    const write: Script = ({ write, subtask }) => {
      write(subtask.id, '')
    }
    const { orchestrator } = world({ scripts: Object.fromEntries(['first', ...many].map((name) => [name, write])) })
    const plan = planOf(scripted('first'), ...many.map((name) => scripted(name, { dependsOn: ['first'] })))
    const { patches } = await orchestrator.start({ plan }).result
    await delay(0)
    process.off('warning', onWarning)
    expect(patches.filter(({ status }) => status === 'landed')).toHaveLength(61)
    expect(warnings).toEqual([])
  })

  it('stops what it does once another process has taken the run over', async () => {
    const { orchestrator, runs, agents } = world({
      claimTtlMs: 30,
      scripts: { slow: async ({ signal }) => delay(60_000, undefined, { signal }) },
    })
    const handle = orchestrator.start({ plan: planOf(scripted('slow')) })
    for await (const event of handle.events) {
      if (event.type !== 'agent.message') continue
      const holder = await runs.holder(handle.runId)
      await runs.claim({
        runId: handle.runId,
        holder: 'thief',
        ttlMs: 60_000,
        ...(holder === null ? {} : { insteadOf: holder }),
      })
    }
    await expect(handle.result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_BUSY' })
    expect(agents.running).toBe(0)
    expect(await runs.holder(handle.runId)).toBe('thief')
    expect((await runs.get(handle.runId))?.status).toBe('running')
  })

  it('do not wait for subtasks that they do not depend on', async () => {
    const done = Promise.withResolvers<void>()
    const { orchestrator } = world({
      scripts: {
        ...scripts,
        slow: async ({ write }) => {
          await done.promise
          write('slow.txt', 's')
        },
      },
    })
    const plan = planOf(scripted('slow'), scripted('first'), scripted('second', { dependsOn: ['first'] }))
    const handle = orchestrator.start({ plan })
    for await (const event of handle.events) {
      if (event.type === 'subtask.finished' && event.subtask === 'second') done.resolve()
    }
    expect((await handle.result).patches.map(({ status }) => status)).toEqual(['landed', 'landed', 'landed'])
  })
})

describe('agents that give no patch', () => {
  it('are told apart: nothing to do, failed, out of the tree', async () => {
    const { orchestrator, repository } = world({
      scripts: {
        idle: () => {},
        failing: () => {
          throw new Error('the model is on fire')
        },
      },
    })
    const sly: AgentKind<{ kind: string }> = {
      kind: 'sly',
      schema: z.looseObject({ kind: z.string() }),
      create: () => ({
        name: 'sly',
        async *run() {
          const path = z.custom<RepoPath>().parse('.git/hooks/pre-commit')
          yield { type: 'proposed', changes: [{ kind: 'create', path, after: versionOf('#!/bin/sh') }] }
        },
      }),
    }
    const agents = new AgentRegistry().register(new ScriptedAgents(repository, { idle: () => {} })).register(sly)
    const other = new ParallelOrchestrator({ ...world({ scripts: {} }).ports, ...portsOf(repository), agents })
    const plan = planOf(scripted('idle'), { id: 'sly', title: 'sly', agent: { kind: 'sly' } })
    expect((await other.start({ plan }).result).patches).toMatchObject([
      { status: 'failed', reason: 'The agent changed nothing.', patchId: null },
      { status: 'failed', reason: expect.stringContaining("git's own folder"), patchId: null },
    ])
    const failed = await orchestrator.start({ plan: planOf(scripted('failing')) }).result
    expect(failed.patches).toMatchObject([
      { status: 'failed', reason: 'the model is on fire', patchId: null, attempts: 1 },
    ])
    expect(repository.patches.size).toBe(0)
    expect(repository.leased).toBe(0)
  })

  it('are tried again when they lost their workspace, which nobody else may be given meanwhile', async () => {
    let leases = 0
    const { repository, ports, agents } = world({
      scripts: {
        slow: async ({ write, subtask, signal }) => {
          if (subtask.attempt === 1) await delay(60_000, undefined, { signal })
          write('slow', subtask.feedback?.message ?? '')
        },
      },
    })
    const workspaces: AgentWorkspaces = {
      lease: async (request) => {
        const lease = await repository.lease(request)
        const first = ++leases === 1
        const heartbeat = async () => {
          if (first) throw new Error('somebody took it')
        }
        return { ...lease, heartbeat }
      },
    }
    const orchestrator = new ParallelOrchestrator({ ...ports, workspaces, workspaceTtlMs: 30 })
    const { patches } = await orchestrator.start({ plan: planOf(scripted('slow')) }).result
    expect(patches).toMatchObject([{ status: 'landed', attempts: 2 }])
    expect(await repository.text('slow')).toBe('The lease of the workspace was lost.')
    expect(agents.running).toBe(0)
  })

  it('are refused before anything starts when their kind is unknown', async () => {
    const { orchestrator, agents, runs } = world({ scripts: { a: () => {} } })
    const plan = planOf(scripted('a'), { id: 'b', title: 'b', agent: { kind: 'telepathy' } })
    const handle = orchestrator.start({ plan })
    const events = await eventsOf(handle)
    await expect(handle.result).rejects.toMatchObject({ code: 'ORCHESTRATOR_UNKNOWN_AGENT_KIND' })
    expect(events.at(-1)).toMatchObject({ type: 'run.failed', data: { code: 'ORCHESTRATOR_UNKNOWN_AGENT_KIND' } })
    expect(agents.started).toEqual([])
    expect(await runs.list()).toEqual([])
  })
})

describe('approval', () => {
  const judge = () => ({ status: 'awaiting_approval', code: 'APPROVAL_WANTED', message: 'Touches CI.' }) as const
  const scripts = {
    ci: (({ write }) => write('ci.yml', 'on: push')) satisfies Script,
    next: (({ write }) => write('n', 'n')) satisfies Script,
  }

  it('does not hold up the run; resuming asks again', async () => {
    const { orchestrator, repository, agents } = world({ scripts, judge })
    const plan = planOf(scripted('ci'), scripted('next', { dependsOn: ['ci'] }))
    const { runId, patches } = await orchestrator.start({ plan }).result
    expect(patches).toMatchObject([
      { status: 'awaiting_approval', reason: 'Touches CI.' },
      { status: 'failed', reason: expect.stringContaining('awaits approval') },
    ])
    const [patchId] = repository.patches.keys()
    if (patchId !== undefined) repository.approve(patchId)
    const resumed = await orchestrator.resume(runId).result
    expect(resumed.patches).toMatchObject([{ status: 'landed', attempts: 1 }, { status: 'awaiting_approval' }])
    expect(agents.started.map(({ subtask }) => subtask)).toEqual(['ci', 'next'])
    expect(resumed.cost.inputTokens).toBe(20)
  })

  it('is known to dependants after an interruption, too', async () => {
    const stop = new AbortController()
    let release = false
    const { orchestrator } = world({
      judge: ({ author }) => (author.subtaskId === 'ci' ? judge() : undefined),
      scripts: {
        ...scripts,
        slow: async ({ write, signal }) => {
          if (!release) await delay(60_000, undefined, { signal })
          write('slow', 's')
        },
      },
    })
    const plan = planOf(scripted('ci'), scripted('slow'), scripted('next', { dependsOn: ['slow', 'ci'] }))
    const handle = orchestrator.start({ plan, signal: stop.signal })
    for await (const event of handle.events) if (event.type === 'subtask.finished') stop.abort()
    release = true
    const { patches } = await orchestrator.resume(handle.runId).result
    expect(patches.map(({ status }) => status)).toEqual(['awaiting_approval', 'landed', 'failed'])
  })

  it('is waited for on request', async () => {
    const { orchestrator, repository } = world({ scripts, judge })
    const handle = orchestrator.start({ plan: planOf(scripted('ci')), waitForApproval: true })
    for await (const event of handle.events) {
      if (event.type === 'patch.proposed') setTimeout(() => repository.approve(event.patchId), 20)
    }
    expect((await handle.result).patches).toMatchObject([{ status: 'landed' }])
  })
})

describe('groups', () => {
  it('are merged into one patch before it is proposed', async () => {
    const { orchestrator, repository } = world({
      scripts: { a: ({ write }) => write('a', 'a'), b: ({ write }) => write('b', 'b') },
    })
    const plan = planOf(scripted('a', { group: 'both' }), scripted('b', { group: 'both' }))
    const { patches } = await orchestrator.start({ plan }).result
    expect(patches.map(({ status }) => status)).toEqual(['landed', 'landed'])
    expect(new Set(patches.map(({ patchId }) => patchId)).size).toBe(1)
    const [queued] = repository.patches.values()
    expect(queued?.patch.title).toBe('Do a; Do b')
    expect(queued?.patch.changes.map(({ path }) => path)).toEqual(['a', 'b'])
  })

  it('go back to their agents when they contradict each other', async () => {
    const { orchestrator, repository } = world({
      scripts: {
        a: ({ write }) => write('same', 'a'),
        b: ({ write, subtask }) => write(subtask.feedback?.code === 'GROUP_CONFLICT' ? 'other' : 'same', 'b'),
      },
    })
    const plan = planOf(scripted('a', { group: 'both' }), scripted('b', { group: 'both' }))
    const { patches } = await orchestrator.start({ plan }).result
    expect(patches).toMatchObject([
      { status: 'landed', attempts: 2 },
      { status: 'landed', attempts: 2 },
    ])
    expect(await repository.text('other')).toBe('b')
  })
})

describe('interruption', () => {
  it('ends the agents, gives workspaces back, keeps what was done, and is resumed', async () => {
    const stop = new AbortController()
    let release = false
    const slow: Script = async ({ read, write, subtask, signal }) => {
      if (!release) await delay(60_000, undefined, { signal })
      write(subtask.id, `${read('quick')}!`)
    }
    const { orchestrator, repository, agents, runs } = world({
      scripts: { quick: ({ write }) => write('quick', 'q'), slow, after: slow },
    })
    const plan = planOf(scripted('quick'), scripted('slow'), scripted('after', { dependsOn: ['quick'] }))
    const handle = orchestrator.start({ plan, signal: stop.signal })
    const types: string[] = []
    for await (const event of handle.events) {
      types.push(event.type)
      // By now quick has landed, slow and after are at work.
      if (event.type === 'agent.message' && event.subtask === 'after') stop.abort()
    }
    await expect(handle.result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_INTERRUPTED', retryable: true })
    expect(types.at(-1)).toBe('run.interrupted')
    expect(agents.running).toBe(0)
    expect(repository.leased).toBe(0)
    expect((await runs.get(handle.runId))?.status).toBe('interrupted')

    release = true
    const { patches } = await orchestrator.resume(handle.runId).result
    expect(patches.map(({ status, attempts }) => [status, attempts])).toEqual(Array(3).fill(['landed', 1]))
    expect(await repository.text('after')).toBe('q!')
    expect(agents.started.map(({ subtask }) => subtask).filter((subtask) => subtask === 'quick')).toHaveLength(1)
    expect((await runs.get(handle.runId))?.status).toBe('finished')
  })

  it('can be forgotten for good', async () => {
    const saver = new MemorySaver()
    const { orchestrator, repository, runs } = world({ saver, scripts: { a: ({ write }) => write('a', 'a') } })
    const { runId } = await orchestrator.start({ plan: planOf(scripted('a')) }).result
    await orchestrator.forget(runId)
    expect(await runs.list()).toEqual([])
    expect(await saver.getTuple({ configurable: { thread_id: runId } })).toBeUndefined()
    expect(repository.patches.size).toBe(1)
    await expect(orchestrator.resume(runId).result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_NOT_FOUND' })
    await expect(orchestrator.forget(runId)).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_NOT_FOUND' })
  })

  it('cannot be resumed twice at once, nor where nothing was', async () => {
    const { orchestrator, ports } = world({
      scripts: { a: async ({ signal }) => delay(60_000, undefined, { signal }) },
    })
    const stop = new AbortController()
    const handle = orchestrator.start({ plan: planOf(scripted('a')), signal: stop.signal })
    const other = new ParallelOrchestrator(ports)
    for await (const event of handle.events) {
      if (event.type !== 'agent.started') continue
      await expect(other.resume(handle.runId).result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_BUSY' })
      await expect(other.forget(handle.runId)).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_BUSY' })
      stop.abort()
    }
    await expect(orchestrator.resume('nowhere').result).rejects.toMatchObject({ code: 'ORCHESTRATOR_RUN_NOT_FOUND' })
    await expect(orchestrator.start({ plan: '{', runId: handle.runId }).result).rejects.toMatchObject({
      code: 'ORCHESTRATOR_RUN_BUSY',
    })
  })
})
