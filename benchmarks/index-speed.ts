/**
 * How fast the index is: cold, one commit later, one changed file, a warm query; with peak memory, and universal-ctags on the same files in
 * the same run. One process per repository, so that memory is that of one.
 *
 *   node --conditions=@patchlane/source benchmarks/index-speed.ts REPO...
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  AutoContextBuilder,
  CodeIndex,
  ContextRanker,
  GitTreeReader,
  HistoryStore,
  ViewTexts,
} from '@patchlane/context-builder'
import { GitRepository } from '@patchlane/git'
import { type FileChange, type ObjectId, parseRepoPath, repoIdSchema } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { canAnalyze, languageOf } from '@patchlane/syntax'

const run = promisify(execFile)
const isCode = (path: string) => {
  const language = languageOf(path)
  return language !== undefined && canAnalyze(language)
}

/** Only the files that are parsed: what the rate of parsed files a second is about. */
class CodeReader extends GitTreeReader {
  override async listTree(commit: string) {
    return (await super.listTree(commit)).filter(({ path, mode }) => isCode(path) && mode.startsWith('100'))
  }
}

const [first, ...others] = process.argv.slice(2)
if (first === undefined) throw new Error('name a repository')
if (others.length === 0) console.log(await measure(first))
else {
  console.log(
    [
      `${availableParallelism()} processors, Node ${process.version}. Milliseconds; in brackets, files a second.`,
      '',
      '| Repository | files | parsed | cold, all files | cold, parsed files | parsed files per CPU second | one commit later | one changed file | query, warm | context, warm | disk, MB | peak, MB | ctags, parsed files | ctags ÷ index |',
      '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|',
    ].join('\n'),
  )
  for (const directory of [first, ...others]) {
    const { stdout } = await run(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), directory], {
      maxBuffer: 1_000_000,
    })
    console.log(stdout.trim())
  }
}

async function measure(directory: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'patchlane-speed-'))
  const repository = await GitRepository.open(directory)
  const reader = new GitTreeReader(repository)
  try {
    const head = await repository.resolve('HEAD')
    const before = await repository.resolve('HEAD~1')
    const cpu = process.cpuUsage()
    const parsed = await timed(async () =>
      (await CodeIndex.open({ reader: new CodeReader(repository), directory: join(folder, 'code') })).index({
        commit: head,
      }),
    )
    const { user, system } = process.cpuUsage(cpu)
    const whole = join(folder, 'all')
    const cold = await timed(async () => (await CodeIndex.open({ reader, directory: whole })).index({ commit: before }))
    const peak = process.resourceUsage().maxRSS / 1024
    const index = await CodeIndex.open({ reader, directory: whole })
    await index.view({ commit: before })
    const later = await timed(() => index.view({ commit: head }))
    const view = later.value
    const history = await new HistoryStore(reader, index.directory).of(head)
    const ranker = new ContextRanker()
    const task = 'The configuration file is not read when the server starts with a relative path'
    const query = await best(6, () => ranker.rank({ view, task, history, texts: new ViewTexts(view, reader) }))
    const target = view.files.find(({ role, path, lines }) => role === 'implementation' && isCode(path) && lines > 100)
    const changes = target === undefined ? [] : [await changeOf(repository, head, target.path)]
    const changed = await best(3, () => index.overlay(view, changes))
    const builder = new AutoContextBuilder({ index, repoId: repoIdSchema.parse('speed') })
    const context = await best(3, () => builder.build({ task, commit: head }))
    const ctags = await ctagsTime(repository, head, join(folder, 'tree'))
    const rate = (ms: number, files: number) => `${ms.toFixed(0)} (${((1000 * files) / ms).toFixed(0)})`
    return `| ${[
      directory
        .replace(/\/repo\/?$/, '')
        .split('/')
        .at(-1),
      view.files.length,
      parsed.value.fileCount,
      rate(cold.ms, cold.value.fileCount),
      rate(parsed.ms, parsed.value.fileCount),
      ((1e6 * parsed.value.fileCount) / (user + system)).toFixed(0),
      later.ms.toFixed(0),
      changed.toFixed(1),
      query.toFixed(1),
      context.toFixed(0),
      ((await bytesIn(whole)) / 1e6).toFixed(1),
      peak.toFixed(0),
      ctags === null ? 'not installed' : ctags.toFixed(0),
      ctags === null ? '-' : (ctags / parsed.ms).toFixed(2),
    ].join(' | ')} |`
  } finally {
    await repository.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const started = performance.now()
  const value = await work()
  return { ms: performance.now() - started, value }
}

async function best(times: number, work: () => Promise<unknown>): Promise<number> {
  const all: number[] = []
  for (let n = 0; n < times; n++) all.push((await timed(work)).ms)
  return Math.min(...all)
}

async function changeOf(repository: GitRepository, commit: ObjectId, path: string): Promise<FileChange> {
  const before = await repository.readFile(commit, path)
  if (before === null) throw new Error(`${path} is not in ${commit}`)
  const after = versionOf(`${Buffer.from(before.content).toString('utf8')}\n// changed\n`)
  return { kind: 'modify', path: parseRepoPath(path), before, after }
}

/** ctags on exactly the files that the index parses, written out beforehand; its output goes nowhere. */
async function ctagsTime(repository: GitRepository, commit: ObjectId, folder: string): Promise<number | null> {
  const files = await new CodeReader(repository).listTree(commit)
  const list = join(folder, '..', 'files.txt')
  for (const { path, oid } of files) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, await repository.readBlob(oid))
  }
  await writeFile(list, files.map(({ path }) => `${path}\n`).join(''))
  try {
    return await best(2, () =>
      run('ctags', ['-L', list, '-f', '/dev/null', '--quiet=yes'], { cwd: folder, maxBuffer: 64_000_000 }),
    )
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
