// Merge quality on real history, beside `git merge-file`:
//   node --conditions=@patchlane/source benchmarks/merge/main.ts --repo DIR [--repo DIR ...] [--max N] [--mergiraf PROGRAM] [--list]
import { parseArgs } from 'node:util'
import { languageOf } from '@patchlane/syntax'
import { fileKind } from '../../packages/merge/src/structured/hunk.ts'
import { type Difference, differenceOf, differences } from './explain.ts'
import { type MergeCase, mergeCases } from './history.ts'
import { type Answer, enter, Tally } from './judge.ts'
import { patchlane, program, type Tool } from './tools.ts'

const { values } = parseArgs({
  options: {
    repo: { type: 'string', multiple: true, default: [] },
    max: { type: 'string', default: '400' },
    mergiraf: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
if (values.repo.length === 0) {
  console.error('usage: main.ts --repo DIR [--repo DIR ...] [--max N] [--mergiraf PROGRAM] [--list]')
  process.exit(2)
}

const git = program('git merge-file', 'git', ({ base, ours, theirs }) => ['merge-file', '-p', ours, base, theirs])
const tools: Tool[] = patchlane()
if (values.mergiraf !== undefined) {
  const args = (files: { base: string; ours: string; theirs: string; path: string }) => [
    'merge',
    '-p',
    files.path,
    files.base,
    files.ours,
    files.theirs,
  ]
  tools.push(program('mergiraf', values.mergiraf, args))
}

/** Of git's conflicts in a kind of file: how many, answered, equal. */
const kinds = new Map<string, { conflicts: number; answered: number; equal: number }>()
const reasons = new Map<Difference, number>()

const totals = new Map<string, Tally>([git, ...tools].map((tool) => [tool.name, new Tally()]))
console.log(
  '| repository | tool | cases | equal | different | conflict | no answer | spoiled | beyond git: equal / different | equal but for order and blank lines | of git`s conflicts | broken | lost |',
)
console.log('|---|---|---|---|---|---|---|---|---|---|---|---|---|')
for (const repo of values.repo) {
  const tallies = new Map<string, Tally>([git, ...tools].map((tool) => [tool.name, new Tally()]))
  for await (const test of mergeCases(repo, Number(values.max))) await measure(test, tallies)
  const name = /([^/+]+)\/(?:repo|\.git)?\/?$/.exec(repo)?.[1] ?? repo
  for (const [tool, tally] of tallies) {
    row(name.split('+').at(-1) ?? name, tool, tally, tallies.get(git.name))
    totals.get(tool)?.add(tally)
  }
}
for (const [tool, tally] of totals) row('**all**', tool, tally, totals.get(git.name))
await Promise.all(tools.map((tool) => tool.close()))
console.log('\n| kind of file | git`s conflicts | answered | equal |\n|---|---|---|---|')
for (const [kind, { conflicts, answered, equal }] of [...kinds].sort((a, b) => b[1].conflicts - a[1].conflicts))
  console.log(`| ${kind} | ${conflicts} | ${answered} | ${equal} |`)
console.log('\n| patchlane`s answer differs because people | cases |\n|---|---|')
for (const reason of differences) console.log(`| ${reason} | ${reasons.get(reason) ?? 0} |`)

async function measure(test: MergeCase, tallies: ReadonlyMap<string, Tally>): Promise<void> {
  const gitAnswer = await git.merge(test)
  for (const tool of [git, ...tools]) {
    const answer: Answer = tool === git ? gitAnswer : await answerOf(tool, test, gitAnswer)
    const tally = tallies.get(tool.name)
    if (tally !== undefined) await enter(tally, answer, gitAnswer, test)
    if (tool.name !== 'patchlane' || gitAnswer !== null) continue
    const kind = fileKind(test.path, languageOf(test.path))
    const count = kinds.get(kind) ?? { conflicts: 0, answered: 0, equal: 0 }
    kinds.set(kind, count)
    count.conflicts++
    if (answer == null) continue
    count.answered++
    const equal = test.human.equals(answer)
    if (values.list) console.error(equal ? 'equal' : 'different', test.id)
    if (equal) count.equal++
    else {
      const reason = await differenceOf(answer, test)
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
  }
}

/** The others are asked only where git conflicts: elsewhere they start from the same line merge, and time is short. */
async function answerOf(tool: Tool, test: MergeCase, gitAnswer: Answer): Promise<Answer> {
  return tool.name !== 'patchlane' && gitAnswer !== null ? gitAnswer : tool.merge(test)
}

function row(repo: string, tool: string, tally: Tally, reference: Tally | undefined): void {
  const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)
  const beyond = tally.beyondEqual + tally.beyondDifferent
  const cells = [
    repo,
    tool,
    tally.cases,
    tally.equal,
    tally.different,
    tally.conflict,
    tally.noAnswer,
    tally.spoiled,
    `${tally.beyondEqual} / ${tally.beyondDifferent} (${percent(tally.beyondEqual, beyond)})`,
    tally.beyondReordered,
    percent(tally.beyondEqual, reference?.conflict ?? 0),
    tally.broken,
    tally.lost,
  ]
  console.log(`| ${cells.join(' | ')} |`)
}
