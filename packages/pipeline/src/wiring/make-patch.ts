import { randomUUID } from 'node:crypto'
import type { GitRepository } from '@patchlane/git'
import {
  type FileChange,
  InvalidInputError,
  type Patch,
  patchIdSchema,
  patchSchema,
  touchedPaths,
  uuidV5,
} from '@patchlane/kernel'
import { type PatchFormat, parsePatch, patchFormats } from '@patchlane/patch-queue/formats'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { Proposal } from '../pipeline.ts'
import type { RepositoryContext } from './repository-context.ts'
import type { StampCommit } from './stamp-commit.ts'

/** A proposal made into a patch: text parsed against its declared base, stamped, named. */
export async function makePatch(
  proposal: Proposal,
  context: RepositoryContext & { config: PatchlaneConfig; stampCommit: StampCommit },
): Promise<{ patch: Patch; notes: string[] }> {
  const { git, repoId, target, ref, config } = context
  const commit = await git.resolve(proposal.base ?? ref)
  const { changes, notes } = await changesOf(proposal, git, commit, config)
  const base = await context.stampCommit(commit)
  const patch = patchSchema.parse({
    patchId: proposal.key === undefined ? randomUUID() : uuidV5(JSON.stringify([repoId, target, proposal.key])),
    repoId,
    target,
    base,
    author: { agent: proposal.agent ?? 'cli' },
    title: proposal.title ?? defaultTitle(changes),
    description: [proposal.description, ...notes.map((note) => `Note: ${note}.`)].filter(Boolean).join('\n'),
    changes,
    priority: proposal.priority ?? 0,
    dependsOn: proposal.dependsOn?.map((id) => patchIdSchema.parse(id)) ?? [],
    ...(proposal.supersedes === undefined ? {} : { supersedes: proposal.supersedes }),
    ...(proposal.readSet === undefined ? {} : { readSet: proposal.readSet }),
  })
  return { patch, notes }
}

async function changesOf(
  proposal: Proposal,
  git: GitRepository,
  commit: string,
  config: PatchlaneConfig,
): Promise<{ changes: FileChange[]; notes: string[] }> {
  if (proposal.changes !== undefined) return { changes: proposal.changes, notes: [] }
  if (proposal.text === undefined) throw new InvalidInputError('A proposal needs a patch text or changes.')
  return parsePatch(proposal.text, {
    format: formatOf(proposal.format),
    readBase: (path) => git.readFile(commit, path),
    hasFolder: async (path) => (await git.findEntry(commit, path))?.mode === '40000',
    objectFormat: git.objectFormat,
    maxFiles: config.limits.maxFiles,
  })
}

function formatOf(name: string | undefined): PatchFormat | 'auto' {
  if (name === undefined || name === 'auto') return 'auto'
  const format = patchFormats.find((candidate) => candidate === name)
  if (format === undefined) {
    throw new InvalidInputError(`There is no patch format ${JSON.stringify(name)}.`, {
      remedy: `Use one of auto, ${patchFormats.join(', ')}.`,
    })
  }
  return format
}

function defaultTitle(changes: readonly FileChange[]): string {
  const [first = '', ...others] = touchedPaths(changes)
  return others.length === 0 ? `Change ${first}` : `Change ${first} and ${others.length} more`
}
