import { GitRepository } from '@patchlane/git'
import { temporaryRepository } from '@patchlane/git/testing'
import { targetNameSchema } from '@patchlane/kernel'
import { describe, expect, it } from 'vitest'
import { GitBranchTarget } from '../src/index.ts'
import { targetContract } from '../src/testing/index.ts'

const name = targetNameSchema.parse('refs/heads/main')

describe('GitBranchTarget', () => {
  targetContract(
    { it, expect },
    {
      workInTheWay: 'parks',
      async open(files) {
        const sandbox = await temporaryRepository(files, { fsync: true })
        const more: GitRepository[] = []
        return {
          target: new GitBranchTarget({ repository: sandbox.repository, name }),
          directory: sandbox.directory,
          async reopen() {
            const repository = await GitRepository.open(sandbox.directory)
            more.push(repository)
            return new GitBranchTarget({ repository, name })
          },
          async remove() {
            for (const repository of more) await repository.close()
            await sandbox.remove()
          },
        }
      },
    },
  )
})
