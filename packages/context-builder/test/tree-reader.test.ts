import { afterEach, describe, expect, it } from 'vitest'
import { GitTreeReader, MemoryTreeReader } from '../src/index.ts'
import { treeReaderContract } from '../src/testing/index.ts'
import { FixtureRepository } from './fixture-repository.ts'

const open: FixtureRepository[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((fixture) => fixture.remove()))
})

describe('GitTreeReader', () => {
  treeReaderContract(
    { it, expect },
    {
      async open(commits) {
        const fixture = await FixtureRepository.create()
        open.push(fixture)
        const ids = []
        for (const commit of commits) ids.push(await fixture.commit(commit))
        return { reader: new GitTreeReader(fixture.repository), commits: ids }
      },
    },
  )
})

describe('MemoryTreeReader', () => {
  treeReaderContract(
    { it, expect },
    {
      async open(commits) {
        const reader = new MemoryTreeReader()
        return { reader, commits: commits.map((commit) => reader.commit(commit)) }
      },
    },
  )
})
