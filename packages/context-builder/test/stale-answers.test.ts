import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileChange, type ObjectId, objectIdSchema, parseRepoPath } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { afterEach, expect, it } from 'vitest'
import { CodeIndex, type CodeView, findSymbols, GitTreeReader } from '../src/index.ts'
import { FixtureRepository } from './fixture-repository.ts'

/** Random sequences of what people do to a repository; set PATCHLANE_SEQUENCES for a long run. */
const SEQUENCES = Number(process.env.PATCHLANE_SEQUENCES ?? 4)
const STEPS = 10

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

class CountingReader extends GitTreeReader {
  read: string[] = []
  override async readBlobs(oids: readonly ObjectId[], limits: { maxBytes: number }) {
    this.read.push(...oids)
    return super.readBlobs(oids, limits)
  }
}

/** What a state defines, by the truth: every marker in the given texts. */
function markersIn(texts: Iterable<string>): string[] {
  return [...texts].flatMap((text) => text.match(/marker\d+/g) ?? []).sort()
}

function markersOf(view: CodeView, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `marker${n}`)
    .filter((name) => findSymbols(view, name).some((hit) => hit.name === name))
    .sort()
}

it(
  `answers from the state its stamp names, in ${SEQUENCES} random sequences`,
  async () => {
    let random = 12_345
    const next = (below: number) => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
      return (random >>> 8) % below
    }
    const state = await mkdtemp(join(tmpdir(), 'patchlane-stale-'))
    cleanups.push(() => rm(state, { recursive: true, force: true }))
    for (let sequence = 0; sequence < SEQUENCES; sequence++) {
      const fixture = await FixtureRepository.create()
      const reader = new CountingReader(fixture.repository)
      const index = await CodeIndex.open({ reader, directory: join(state, `${sequence}`) })
      let marker = 0
      const edit = () => {
        const name = `f${next(4)}.ts`
        return fixture.write(name, `export function marker${marker++}() {}\n`)
      }
      const begin = async (message: string) => {
        await fixture.git('add', '-A')
        await fixture.git('commit', '-q', '--allow-empty', '-m', message)
      }
      await edit()
      await begin('Begin')
      const seenBlobs = new Set<string>()
      const history: string[] = []
      for (let step = 0; step < STEPS; step++) {
        const action =
          ['edit', 'edit', 'commit', 'commit', 'branch', 'checkout', 'pull', 'rebase', 'reset', 'stash'][next(10)] ??
          'edit'
        history.push(action)
        // What git refuses (a conflict, nothing to stash) leaves a state too, and that state is what is asked about.
        await act(fixture, action, { edit, begin, step, next }).catch(() =>
          fixture.git('rebase', '--abort').catch(() => ''),
        )
        const head = objectIdSchema.parse(await fixture.git('rev-parse', 'HEAD'))
        reader.read = []
        const view = await index.view({ commit: head })
        expect(view.commit).toBe(head)
        // git's own search; it ends with an error where it finds nothing.
        const committed = [await fixture.git('grep', '-h', '-o', '-E', 'marker[0-9]+', head).catch(() => '')]
        expect([history, markersOf(view, marker)]).toEqual([history, markersIn(committed)])
        // Never read again: neither a tree seen before nor a blob seen before.
        expect(reader.read.filter((oid) => seenBlobs.has(oid))).toEqual([])
        for (const oid of reader.read) seenBlobs.add(oid)

        const overlay = await uncommitted(fixture, head)
        const dirty = await index.overlay(view, overlay.changes)
        expect([history, markersOf(dirty, marker)]).toEqual([history, markersIn(overlay.texts)])
        if (overlay.changes.length === 0) expect(dirty.digest).toBe(view.digest)
        else expect(dirty.digest).not.toBe(view.digest)
      }
      await fixture.remove()
    }
  },
  SEQUENCES * 60_000 + 60_000,
)

interface Tools {
  edit(): Promise<void>
  begin(message: string): Promise<void>
  step: number
  next(below: number): number
}

async function act(fixture: FixtureRepository, action: string, { edit, begin, step, next }: Tools): Promise<void> {
  const branches = (await fixture.git('branch', '--format=%(refname:short)'))
    .split('\n')
    .filter((name) => !name.startsWith('('))
  const other = branches[next(branches.length)] ?? 'main'
  if (action === 'edit') await edit()
  if (action === 'commit') {
    await edit()
    await begin(`Step ${step}`)
  }
  if (action === 'branch') await fixture.git('checkout', '-q', '-b', `b${step}`)
  if (action === 'checkout') await fixture.git('checkout', '-q', '-f', other)
  if (action === 'pull') await fixture.git('merge', '-q', '--no-edit', '-X', 'theirs', other)
  if (action === 'rebase') await fixture.git('rebase', '-q', '-X', 'theirs', '--autostash', other)
  if (action === 'reset') await fixture.git('reset', '-q', '--hard', 'HEAD~1')
  if (action === 'stash') {
    await edit()
    await fixture.git('stash', '-q', '-u')
    if (next(2) === 0) await fixture.git('stash', 'pop', '-q')
  }
}

/** The difference between a commit and the checkout, read from the files themselves. */
async function uncommitted(
  fixture: FixtureRepository,
  head: ObjectId,
): Promise<{ changes: FileChange[]; texts: string[] }> {
  const changes: FileChange[] = []
  const texts: string[] = []
  for (const name of ['f0.ts', 'f1.ts', 'f2.ts', 'f3.ts']) {
    const path = parseRepoPath(name)
    const before = await fixture.repository.readFile(head, name)
    const content = await readFile(join(fixture.directory, name), 'utf8').catch(() => null)
    if (content !== null) texts.push(content)
    if (before === null && content !== null) changes.push({ kind: 'create', path, after: versionOf(content) })
    if (before !== null && content === null) changes.push({ kind: 'delete', path, before })
    if (before !== null && content !== null && versionOf(content).oid !== before.oid) {
      changes.push({ kind: 'modify', path, before, after: versionOf(content) })
    }
  }
  return { changes, texts }
}
