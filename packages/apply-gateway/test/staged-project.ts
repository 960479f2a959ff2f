import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runGit } from '@patchlane/git'
import { type FileChange, objectIdSchema, parseRepoPath } from '@patchlane/kernel'
import { patchFixture, versionOf } from '@patchlane/kernel/testing'
import type { CheckContext } from '../src/check.ts'
import { withBaseContent } from '../src/checks/staged-files.ts'

export interface StagedProject {
  context: CheckContext
  lines: string[]
  read(path: string): Promise<string>
  write(files: Record<string, string>): Promise<void>
  /** What `git status` says beside the files of the patch. */
  status(): Promise<string>
  /** Commits these changes on top of what is staged, as the next patch. */
  next(changes: Record<string, string | null>): Promise<void>
  dispose(): Promise<void>
}

/** A staging folder: a repository at the commit of a patch that makes `changes` to `base`. Null deletes; `a -> b` renames. */
export async function stagedProject(
  base: Record<string, string>,
  changes: Record<string, string | null>,
  renames: Record<string, string> = {},
): Promise<StagedProject> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'patchlane-staging-')))
  const git = (...args: string[]) => runGit({ cwd: directory, args, env: { GIT_OPTIONAL_LOCKS: '1' } })
  const commit = async (message: string) => {
    await git('add', '--all')
    const identity = ['-c', 'user.name=tester', '-c', 'user.email=tester@example.invalid']
    await git(...identity, 'commit', '--quiet', '--allow-empty', '--message', message)
    return objectIdSchema.parse((await git('rev-parse', 'HEAD')).stdout.trim())
  }
  const write = async (files: Record<string, string | null>) => {
    for (const [path, content] of Object.entries(files)) {
      const place = join(directory, path)
      await mkdir(dirname(place), { recursive: true })
      await (content === null ? rm(place) : writeFile(place, content))
    }
  }
  const lines: string[] = []
  await git('init', '--quiet')
  await write(base)
  let head = await commit('base')
  let before: Record<string, string> = { ...base }

  const stage = async (edits: Record<string, string | null>, moved: Record<string, string>): Promise<CheckContext> => {
    for (const old of Object.values(moved)) await rm(join(directory, old))
    await write(edits)
    const staged = await commit('patch')
    const patch = patchFixture({ changes: changesOf(before, edits, moved) })
    const context: CheckContext = {
      directory,
      base: head,
      commit: staged,
      paths: Object.keys(edits)
        .filter((path) => edits[path] !== null)
        .sort()
        .map(parseRepoPath),
      deleted: [...Object.keys(edits).filter((path) => edits[path] === null), ...Object.values(moved)]
        .sort()
        .map(parseRepoPath),
      patch,
      signal: new AbortController().signal,
      log: (line) => lines.push(line),
      onBase: (work) => withBaseContent(context, [...context.paths, ...context.deleted], work),
    }
    head = staged
    before = Object.fromEntries(
      Object.entries({ ...before, ...edits }).filter((entry): entry is [string, string] => entry[1] !== null),
    )
    return context
  }

  const project: StagedProject = {
    context: await stage(changes, renames),
    lines,
    read: (path) => readFile(join(directory, path), 'utf8'),
    write,
    async status() {
      return (await git('status', '--porcelain', '-uall')).stdout
    },
    async next(edits) {
      project.context = await stage(edits, {})
    },
    dispose: () => rm(directory, { recursive: true, force: true }),
  }
  return project
}

function changesOf(
  before: Record<string, string>,
  edits: Record<string, string | null>,
  moved: Record<string, string>,
): FileChange[] {
  return Object.entries(edits).map(([name, content]): FileChange => {
    const path = parseRepoPath(name)
    const from = moved[name]
    const old = versionOf(before[from ?? name] ?? '')
    if (content === null) return { kind: 'delete', path, before: old }
    const after = versionOf(content)
    if (from !== undefined) return { kind: 'rename', path, from: parseRepoPath(from), before: old, after }
    return before[name] === undefined ? { kind: 'create', path, after } : { kind: 'modify', path, before: old, after }
  })
}

const root = join(import.meta.dirname, '../../..')
const environment =
  process.env.PATCHLANE_TEST_PYTHON === undefined
    ? join(root, '.venv')
    : dirname(dirname(process.env.PATCHLANE_TEST_PYTHON))

/** The environment with ruff and pre-commit: of PATCHLANE_TEST_PYTHON, else what scripts/ensure-python-tools.mjs made. */
export const pythonTools: string | undefined = existsSync(environment) ? environment : undefined

if (pythonTools === undefined) {
  const message =
    'Tests with real Python tools need scripts/ensure-python-tools.mjs to have run, or PATCHLANE_TEST_PYTHON.'
  if (process.env.CI === 'true') throw new Error(message)
  console.warn(`SKIPPED: ${message}`)
}

/** Where the npm tools of these tests are installed. */
export const toolDirectory: string = join(import.meta.dirname, '..')
