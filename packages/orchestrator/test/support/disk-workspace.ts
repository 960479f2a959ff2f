import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type FileChange, objectIdSchema, parseRepoPath, repoIdSchema, workspaceIdSchema } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import type { DroppedFiles, FeedbackDrop } from '../../src/agents/index.ts'
import type { AgentContext, WorkspaceView } from '../../src/index.ts'

export const commit = objectIdSchema.parse('c'.repeat(40))

export const emptyContext: AgentContext = {
  stamp: { repoId: repoIdSchema.parse('repo'), commit, indexVersion: null },
  text: 'the context',
  readSet: { paths: [], complete: false },
}

/** A folder that plays a workspace: what it holds at first is its commit. */
export async function diskWorkspace(files: Record<string, string> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'patchlane-agent-'))
  const directory = join(root, 'workspace')
  await mkdir(directory)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  const view: WorkspaceView = {
    id: workspaceIdSchema.parse('disk'),
    directory,
    commit,
    capture: async () => {
      const found = await readdir(directory, { recursive: true, withFileTypes: true })
      const changes: FileChange[] = []
      for (const entry of found) {
        if (!entry.isFile()) continue
        const file = join(entry.parentPath, entry.name)
        const path = parseRepoPath(file.slice(directory.length + 1))
        const [before, after] = [files[path], await readFile(file)]
        if (before === undefined) changes.push({ kind: 'create', path, after: versionOf(after) })
        else if (before !== after.toString()) {
          changes.push({ kind: 'modify', path, before: versionOf(before), after: versionOf(after) })
        }
      }
      return changes
    },
  }
  return { root, view, dispose: () => rm(root, { recursive: true, force: true }) }
}

/** Drops files into a private temporary folder, as the pipeline does. */
export const temporaryDrop: FeedbackDrop = {
  async open(files): Promise<DroppedFiles> {
    const directory = await mkdtemp(join(tmpdir(), 'patchlane-drop-'))
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 })
    return {
      directory,
      path: (name) => join(directory, name),
      dispose: () => rm(directory, { recursive: true, force: true }),
    }
  },
}
