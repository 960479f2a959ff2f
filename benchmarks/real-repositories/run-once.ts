import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { leftovers, lostLines } from './evidence.ts'
import type { FreshClone } from './fresh-clone.ts'
import type { Project } from './project.ts'
import { readProposal } from './proposal.ts'
import { replay } from './replay.ts'
import type { Outcome } from './report.ts'

const resultSchema = z.object({
  patches: z.array(
    z.object({
      patchId: z.string().nullable(),
      subtask: z.string(),
      status: z.string(),
      reason: z.string().nullable(),
      attempts: z.number(),
      landedCommit: z.string().nullable(),
    }),
  ),
})

/** One run on a fresh clone, and the proof. What does not hold is in `failures`. */
export function judgeRun(input: { clone: FreshClone; plan: string; project: Project; verbose: boolean }): Outcome {
  const { clone, plan, project, verbose } = input
  const failures: string[] = []
  const start = clone.git(['rev-parse', 'HEAD'])
  if (!clone.passes(start, project.test)) throw new Error(`The tests of ${start} fail before anything was changed`)

  const resultFile = `${plan}.result.json`
  const began = performance.now()
  clone.patchlane(['run', plan, '--result', resultFile], verbose)
  const seconds = (performance.now() - began) / 1000
  const { patches } = resultSchema.parse(JSON.parse(readFileSync(resultFile, 'utf8')))

  const head = clone.git(['rev-parse', 'HEAD'])
  const commits = clone
    .git(['rev-list', '--first-parent', '--reverse', `${start}..${head}`])
    .split('\n')
    .filter(Boolean)
  const landedPatches = patches.filter(({ status }) => status === 'landed')
  const landings = commits.flatMap((commit) => {
    const patch = landedPatches.find(({ landedCommit }) => landedCommit === commit)
    if (!patch?.patchId) failures.push(`${commit} is on the branch, and no patch of the run says so`)
    return patch?.patchId ? [{ commit, subtask: patch.subtask, proposal: readProposal(clone, patch.patchId) }] : []
  })
  if (landings.length !== landedPatches.length) failures.push('a patch says that it landed and is not on the branch')

  const replayed = replay(clone, start, landings)
  const replayEqual = replayed.tree === clone.git(['rev-parse', `${head}^{tree}`])
  if (!replayEqual) failures.push(`the replay gives ${replayed.tree}, not the tree of ${head}`)

  const lost = lostLines(clone, landings)
  failures.push(...lost.map((line) => `missing: ${line}`))

  const red = landings.filter(({ commit }) => !clone.passes(commit, project.test))
  failures.push(...red.map(({ subtask, commit }) => `the tests fail on ${commit} (${subtask})`))

  const refused = patches.filter(({ status }) => status !== 'landed')
  const proposals = refused.flatMap(({ patchId }) => (patchId === null ? [] : [readProposal(clone, patchId)]))
  const left = leftovers(clone, start, proposals, landings)
  failures.push(...left.map((line) => `left behind: ${line.replace('\0', ': ')}`))
  const messages = clone.git(['log', '--format=%B', `${start}..${head}`])
  for (const { patchId } of proposals) if (messages.includes(patchId)) failures.push(`${patchId} is in the history`)
  const state = clone.git(['status', '--porcelain', '-uall'])
  if (state !== '') failures.push(`the checkout is not clean: ${state}`)
  clone.patchlane(['workspace', 'gc', '--all'])
  // The gateway keeps its two staging worktrees, outside of the repository, for the next run; those of the agents must be gone.
  const worktrees = clone.git(['worktree', 'list', '--porcelain']).match(/^worktree .*$/gm) ?? []
  if (worktrees.filter((line) => !line.includes('-staging/')).length !== 1) failures.push('a worktree was left behind')

  return {
    start,
    landed: landings.length,
    retried: patches.filter(({ attempts }) => attempts > 1).map(({ subtask }) => subtask),
    rejected: refused.map(({ subtask }) => subtask),
    reasons: refused.map(({ subtask, status, reason }) => `${subtask}: ${status}: ${reason}`),
    seconds,
    replayEqual,
    beyondGit: replayed.beyondGit,
    nothingMissing: lost.length === 0,
    eachGreen: red.length === 0,
    nothingLeft: left.length === 0 && state === '',
    failures,
  }
}
