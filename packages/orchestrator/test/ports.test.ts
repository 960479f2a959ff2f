import { readFile, stat } from 'node:fs/promises'
import type { PatchId, VerdictInput } from '@patchlane/kernel'
import { patchFixture, versionOf } from '@patchlane/kernel/testing'
import { describe, expect, it } from 'vitest'
import { feedbackDropContract, MemoryRepository, patchDeskContract } from '../src/testing/index.ts'
import { temporaryDrop } from './support/disk-workspace.ts'

describe('the desk of the repository in memory', () => {
  patchDeskContract(
    { it, expect },
    {
      open: async () => {
        const decisions = new Map<PatchId, PromiseWithResolvers<VerdictInput['status']>>()
        const decision = (patchId: PatchId) => {
          const known = decisions.get(patchId) ?? Promise.withResolvers<VerdictInput['status']>()
          decisions.set(patchId, known)
          return known
        }
        const repository = new MemoryRepository({}, async ({ patchId }) => {
          const status = await decision(patchId).promise
          return status === 'landed' ? undefined : { status, code: status.toUpperCase(), message: status }
        })
        return {
          desk: repository,
          patch: async () => {
            const base = { repoId: repository.repoId, commit: await repository.head(), indexVersion: null }
            const path = `${crypto.randomUUID()}.txt`
            return patchFixture({
              base,
              patchId: crypto.randomUUID(),
              changes: [{ kind: 'create', path, after: versionOf('x') }],
            })
          },
          decide: async (patchId, status) => {
            if (repository.patches.get(patchId)?.status === 'awaiting_approval') repository.approve(patchId)
            else decision(patchId).resolve(status)
            // The judge decides when somebody waits for it.
            await repository.settled(patchId, { signal: new AbortController().signal, waitForApproval: false })
          },
          dispose: async () => {},
        }
      },
    },
  )
})

describe('a drop in a temporary folder', () => {
  feedbackDropContract(
    { it, expect },
    {
      open: async () => temporaryDrop,
      inspect: async (path) => {
        const mode = await stat(path).then(
          (found) => found.mode,
          () => undefined,
        )
        if (mode === undefined) return undefined
        return { text: await readFile(path, 'utf8'), shared: (mode & 0o077) !== 0 }
      },
    },
  )
})
