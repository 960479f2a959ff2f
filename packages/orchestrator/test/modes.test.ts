import { MemorySaver } from '@langchain/langgraph'
import { describe, expect, it } from 'vitest'
import { codingModes, ModeMachine, type ModeStep, runModes } from '../src/index.ts'
import { modeGraph } from '../src/langgraph/index.ts'

const mode = (name: string, exits: Record<string, string>, tools: string[] = []) => ({
  name,
  instructions: name,
  tools,
  exits,
})

describe('the machine of modes', () => {
  const machine = new ModeMachine(codingModes)

  it('goes where the exits lead, and allows the tools of where it is', () => {
    const start = machine.start()
    expect(machine.allows(start, 'edit_file')).toBe(false)
    const editing = machine.take(start, 'found')
    expect(editing).toEqual({ mode: 'edit', steps: 1 })
    expect(machine.allows(editing, 'edit_file')).toBe(true)
    expect(machine.allows(editing, 'run_tests')).toBe(false)
    const end = machine.take(machine.take(editing, 'edited'), 'holds')
    expect(machine.isDone(end)).toBe(true)
    expect(machine.allows(end, 'read_file')).toBe(false)
    expect(() => machine.take(end, 'found')).toThrow('no mode "end"')
  })

  it.each(['edited', 'toString', '__proto__', ''])('refuses the exit %j, which the mode does not have', (exit) => {
    expect(() => machine.take(machine.start(), exit)).toThrow(
      expect.objectContaining({ code: 'ORCHESTRATOR_MODE_INVALID' }),
    )
  })

  it.each([
    ['an exit leads nowhere', [mode('a', { x: 'b' })], 'no mode "b"'],
    ['a mode cannot be reached', [mode('a', { x: 'end' }), mode('b', { x: 'end' })], 'No exit leads to mode "b"'],
    ['there is no end', [mode('a', { x: 'a' })], 'No exit leads to the end'],
    ['a name occurs twice', [mode('a', { x: 'end' }), mode('a', { x: 'end' })], 'one name'],
    ['a mode is called end', [mode('end', {})], 'not well described'],
  ])('is refused where %s', (_, modes, message) => {
    expect(() => new ModeMachine({ initial: 'a', modes })).toThrow(message)
  })
})

describe('modes are driven', () => {
  const machine = new ModeMachine(codingModes)
  const exits = ['found', 'edited', 'fails', 'edited', 'holds']
  const way = [
    { mode: 'explore', exit: 'found', next: 'edit' },
    { mode: 'edit', exit: 'edited', next: 'verify' },
    { mode: 'verify', exit: 'fails', next: 'edit' },
    { mode: 'edit', exit: 'edited', next: 'verify' },
    { mode: 'verify', exit: 'holds', next: 'end' },
  ]

  it('by themselves', async () => {
    const steps: ModeStep[] = []
    for await (const step of runModes(machine, async (_, { steps }) => exits[steps] ?? '')) steps.push(step)
    expect(steps).toEqual(way)
  })

  it('not for ever', async () => {
    const around = runModes(
      new ModeMachine({ initial: 'a', modes: [mode('a', { on: 'a', off: 'end' })] }),
      async () => 'on',
      { maxSteps: 3 },
    )
    const read = async () => {
      for await (const _ of around);
    }
    await expect(read()).rejects.toThrow('still in mode "a" after 3 exits')
  })

  it('as nodes of a LangGraph graph', async () => {
    const graph = modeGraph(machine, async (_, { steps }) => exits[steps] ?? '').compile()
    const end = await graph.invoke({})
    expect(end).toEqual({ at: { mode: 'end', steps: 5 }, steps: way })
  })

  it('and go on in the mode they were killed in', async () => {
    let broken = true
    const asked: string[] = []
    const graph = modeGraph(machine, async ({ name }, { steps }) => {
      asked.push(name)
      if (name === 'verify' && broken) throw new TypeError('killed')
      return exits[steps] ?? ''
    }).compile({ checkpointer: new MemorySaver() })
    const config = { configurable: { thread_id: 'agent' } }
    await expect(graph.invoke({}, config)).rejects.toThrow('killed')
    broken = false
    expect((await graph.invoke(null, config)).steps).toEqual(way)
    expect(asked.filter((name) => name === 'explore')).toHaveLength(1)
  })
})
