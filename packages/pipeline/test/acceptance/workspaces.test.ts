import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { collect, planOf } from '../support/run-plan.ts'
import { ThrowawayRepository } from '../support/throwaway-repository.ts'
import { visibleState } from '../support/visible-state.ts'

let repository: ThrowawayRepository
beforeEach(async () => {
  repository = await ThrowawayRepository.create({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
})
afterEach(() => repository.dispose())

it('makes a worktree for an agent, of the commit it works from, outside of the checkout', async () => {
  const report = repository.path('report.json')
  const program = await repository.program(
    'look',
    `import { execFileSync } from 'node:child_process'
     import { readFileSync, statSync, writeFileSync } from 'node:fs'
     const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim()
     writeFileSync(${JSON.stringify(report)}, JSON.stringify({
       directory: git('rev-parse', '--show-toplevel'),
       commonDir: git('rev-parse', '--path-format=absolute', '--git-common-dir'),
       head: git('rev-parse', 'HEAD'),
       linked: statSync('.git').isFile(),
       a: readFileSync('a.txt', 'utf8'),
     }))`,
  )
  const pipeline = await repository.open()
  const before = await visibleState(repository)
  // It changed nothing, so it proposes nothing.
  expect(await pipeline.agent({ command: program })).toBeNull()
  const seen = JSON.parse(await readFile(report, 'utf8'))
  expect(seen).toMatchObject({
    commonDir: join(repository.directory, '.git'),
    head: await repository.git('rev-parse', 'main'),
    linked: true,
    a: 'a\n',
  })
  expect(seen.directory.startsWith(repository.path('workspaces'))).toBe(true)
  const listed = await repository.git('worktree', 'list', '--porcelain')
  expect(listed).toContain(`worktree ${seen.directory}`)
  const list = await pipeline.workspaces.list()
  expect(list).toMatchObject([{ directory: seen.directory, holder: null, state: 'idle' }])
  expect(await visibleState(repository)).toEqual(before)
})

it('keeps workspaces from seeing each other', async () => {
  const ids = ['one', 'two']
  const program = await repository.program(
    'write-and-look',
    `import { existsSync, readdirSync, writeFileSync } from 'node:fs'
     import { setTimeout as sleep } from 'node:timers/promises'
     const [, , marks, own, other] = process.argv
     writeFileSync(own + '.txt', own)
     writeFileSync('a.txt', 'changed by ' + own)
     writeFileSync(marks + '.' + own, '')
     // Both have written before either looks.
     for (let n = 0; !existsSync(marks + '.' + other); n++) { if (n > 600) process.exit(3); await sleep(50) }
     writeFileSync(marks + '.seen.' + own, JSON.stringify({ cwd: process.cwd(), files: readdirSync('.').sort() }))`,
  )
  const marks = repository.path('mark')
  const pipeline = await repository.open({ attempts: 1 })
  const handle = await pipeline.runs.start({
    plan: planOf([
      { id: 'one', command: [...program, marks, 'one', 'two'] },
      { id: 'two', command: [...program, marks, 'two', 'one'] },
    ]),
  })
  await collect(handle.events)
  const seen = await Promise.all(ids.map(async (id) => JSON.parse(await readFile(`${marks}.seen.${id}`, 'utf8'))))
  expect(seen.map(({ files }) => files)).toEqual([
    ['.git', 'a.txt', 'b.txt', 'one.txt'],
    ['.git', 'a.txt', 'b.txt', 'two.txt'],
  ])
  expect(new Set(seen.map(({ cwd }) => cwd)).size).toBe(2)
  // Each proposed its own work alone: the same line of the same file is a conflict, not a mix.
  const statuses = (await handle.result).patches.map(({ status }) => status)
  expect(statuses.sort()).toEqual(['conflicted', 'landed'])
  for (const patch of await pipeline.patches.list()) {
    const own = patch.patch.author.subtaskId
    expect(patch.patch.changes.map(({ path }) => path).sort()).toEqual(['a.txt', `${own}.txt`])
  }
})
