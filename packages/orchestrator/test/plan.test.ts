import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agentName, FilePlanner, parsePlan, planJsonSchema, planSchema } from '../src/index.ts'
import { priorityOf, unitsOf } from '../src/plan/unit.ts'

const yaml = `
title: Tidy up
subtasks:
  - id: sort
    title: Sort the imports
    agent: { kind: command, command: [node, scripts/sort.mjs, --all], timeoutSeconds: 60 }
    files: [src/**/*.ts]
  - id: replay
    title: Replay what Ada did
    agent: { kind: recorded, session: sessions/ada.json }
    dependsOn: [sort]
  - id: think
    title: Think
    agent: { kind: model, name: thinker, model: some-model }
    group: thinkers
    priority: 7
`
const command = { kind: 'command', command: ['true'] }
const plan = (...subtasks: object[]) => JSON.stringify({ subtasks })
const subtask = (id: string, more: object = {}) => ({ id, title: id, agent: command, ...more })

describe('a plan file', () => {
  it('is read from YAML, with its defaults', async () => {
    const { signal } = new AbortController()
    const read = await new FilePlanner().plan({ text: yaml, signal })
    expect(read.title).toBe('Tidy up')
    expect(read.subtasks.map(({ id, dependsOn, priority, group }) => [id, dependsOn, priority, group])).toEqual([
      ['sort', [], 0, undefined],
      ['replay', ['sort'], 0, undefined],
      ['think', [], 7, 'thinkers'],
    ])
    expect(read.subtasks.map(({ agent }) => agentName(agent))).toEqual(['command:node', 'recorded', 'thinker'])
    expect(read.subtasks[0]?.agent).toEqual({
      kind: 'command',
      command: ['node', 'scripts/sort.mjs', '--all'],
      env: {},
      timeoutSeconds: 60,
    })
    expect(read.subtasks[2]?.agent).toMatchObject({ kind: 'model', model: 'some-model' })
  })

  it('is the same in JSON', () => {
    const read = parsePlan(yaml)
    expect(parsePlan(JSON.stringify(read))).toEqual(read)
  })

  it.each([
    ['is not YAML', 'a: [', 'line 1'],
    ['has no subtasks', '{}', 'subtasks: '],
    ['is empty', '', 'the plan: '],
    ['has an unknown key', plan(subtask('a', { dependson: [] })), 'subtasks.0: Unrecognized key: "dependson"'],
    [
      'has a shell line for a command',
      plan(subtask('a', { agent: { kind: 'command', command: 'rm -rf /' } })),
      'subtasks.0.agent: Invalid input (command: Invalid input: expected array, received string)',
    ],
    ['has an id twice', plan(subtask('a'), subtask('a')), 'two subtasks have the id "a"'],
    [
      'depends on what is not there',
      plan(subtask('a', { dependsOn: ['b'] })),
      '"a" depends on "b", which the plan does not have',
    ],
    ['depends on itself', plan(subtask('a', { dependsOn: ['a'] })), 'a → a'],
    [
      'goes in a circle',
      plan(subtask('a', { dependsOn: ['b'] }), subtask('b', { dependsOn: ['c'] }), subtask('c', { dependsOn: ['b'] })),
      'b → c → b',
    ],
    [
      'has a group that waits for itself',
      plan(subtask('a', { group: 'g' }), subtask('b', { group: 'g', dependsOn: ['a'] })),
      'g → g',
    ],
    [
      'has a group named like a subtask',
      plan(subtask('a', { group: 'b' }), subtask('b')),
      'the name of a group and the id',
    ],
    [
      'has two bases in a group',
      plan(subtask('a', { group: 'g', base: 'x' }), subtask('b', { group: 'g' })),
      'different bases',
    ],
    [
      'has a base and a dependency',
      plan(subtask('a', { base: 'x', dependsOn: ['b'] }), subtask('b')),
      'has a base and dependencies',
    ],
    [
      'grows by aliases',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]`,
      'aliases',
    ],
  ])('that %s is refused with the reason', (_, text, reason) => {
    expect(() => parsePlan(text)).toThrow(expect.objectContaining({ code: 'ORCHESTRATOR_PLAN_INVALID', kind: 'usage' }))
    expect(() => parsePlan(text)).toThrow(reason)
  })

  it('that names all its problems at once', () => {
    const problems = () =>
      parsePlan(plan(subtask('a', { dependsOn: ['x'] }), subtask('a', { base: 'r', dependsOn: ['y'] })))
    expect(problems).toThrow(
      expect.objectContaining({ problems: expect.arrayContaining([expect.stringContaining('"y"')]) }),
    )
  })

  it('has a JSON schema that knows the same keys', () => {
    const schema = planJsonSchema()
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['subtasks'],
      properties: { subtasks: { items: { required: ['id', 'title', 'agent'] } } },
    })
    expect(JSON.stringify(schema)).toContain('never a shell line')
  })
})

describe('units of a plan', () => {
  it('hold each subtask once, start after nothing that comes later, and go by priority', () => {
    const plans = fc
      .array(
        fc.record({
          priority: fc.integer({ min: -5, max: 5 }),
          group: fc.option(fc.constantFrom('g', 'h'), { nil: undefined }),
        }),
        {
          minLength: 1,
          maxLength: 12,
        },
      )
      .map((list) => planSchema.parse({ subtasks: list.map((more, n) => subtask(`s${n}`, more)) }))
    fc.assert(
      fc.property(plans, (any) => {
        const units = unitsOf(any)
        expect(units.flatMap(({ members }) => members.map(({ id }) => id)).sort()).toEqual(
          any.subtasks.map(({ id }) => id).sort(),
        )
        const priorities = units.map(priorityOf)
        expect(priorities).toEqual(priorities.toSorted((a, b) => b - a))
      }),
    )
  })

  it('depend on groups where a member depends on a member', () => {
    const units = unitsOf(
      parsePlan(
        plan(subtask('a', { group: 'g' }), subtask('b', { group: 'g' }), subtask('c', { dependsOn: ['a', 'b', 'g'] })),
      ),
    )
    expect(units.find(({ id }) => id === 'c')?.dependsOn).toEqual(['g'])
  })
})
