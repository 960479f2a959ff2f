/**
 * Asks another program for its rankings of the cases of `main.ts`, and keeps them by commit; what is kept is not asked again:
 *
 *   node --conditions=@patchlane/source benchmarks/recall/repository-map.ts --repo DIR --commits 25 --out MAPS \
 *     --command 'env PYTHONHASHSEED=0 python benchmarks/recall/aider_map.py'
 *
 * The program gets the folder of a checkout as its argument and a task on each line of standard input, as JSON; it answers with a line, the
 * paths, best first, as JSON. All cases of a repository are asked on one checkout, moved from commit to commit: files that are the same keep
 * their time of change, and what the program has kept of them.
 */
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { GitRepository } from '@patchlane/git'
import { recallCases } from './cases.ts'
import { KeptRankings } from './kept-rankings.ts'
import { RepositoryMapPeer } from './repository-map-peer.ts'

const { values } = parseArgs({
  options: {
    repo: { type: 'string', multiple: true, default: ['.'] },
    commits: { type: 'string', default: '30' },
    window: { type: 'string', default: '1500' },
    'max-files': { type: 'string', default: '5' },
    command: { type: 'string' },
    out: { type: 'string' },
  },
})
const { command, out } = values
if (command === undefined || out === undefined) throw new Error('name the program (--command) and a folder (--out)')

for (const directory of values.repo) {
  const name = basename(resolve(directory))
  const repository = await GitRepository.open(directory)
  const peer = new RepositoryMapPeer(repository, command)
  try {
    const kept = await KeptRankings.open(out, name)
    const cases = await recallCases(repository, {
      count: Number(values.commits),
      window: Number(values.window),
      maxFiles: Number(values['max-files']),
      answer: 'implementation',
    })
    for (const one of cases) {
      if (kept.get(one) !== undefined) continue
      const started = performance.now()
      await kept.add(one, await peer.rank(one.parent, one.task))
      console.error(`${name} ${one.commit}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
    }
  } finally {
    await peer.close()
    await repository.close()
  }
}
