import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitBranchTarget, landedPatchId } from '@patchlane/apply-gateway'
import type { GitRepository } from '@patchlane/git'
import { type QueuedPatch, type StoredEvent, targetNameSchema } from '@patchlane/kernel'
import { type PatchQueue, patchStream } from '@patchlane/patch-queue'

/** A patch that was proposed, and the file that it brings. */
export interface Proposed {
  patchId: string
  path: string
  content: string
}

const target = { repoId: 'repo', target: 'refs/heads/main' }

/** What is wrong after a round, in words; nothing, if all is well. No gateway may run any more. */
export async function judgeRound(options: {
  repository: GitRepository
  queue: PatchQueue
  proposed: readonly Proposed[]
  /** Uncommitted work of a user in the checkout, by path. */
  userWork: Readonly<Record<string, string>>
}): Promise<string[]> {
  const { repository, queue, proposed, userWork } = options
  const records = new Map<string, QueuedPatch>()
  for (const { patchId } of proposed) {
    const record = await queue.get(patchId)
    if (record !== undefined) records.set(patchId, record)
  }
  const events = await readAll(queue)
  await recoverOnce(repository, lastEpoch(events) + 1)
  return [
    ...judgeEvents(events),
    ...(await judgeHistory(repository, proposed, records)),
    ...(await judgeCheckout(repository, proposed, userWork)),
  ]
}

/** What the next gateway would do first: a landing that was under way at the end is mended. */
async function recoverOnce(repository: GitRepository, epoch: number): Promise<void> {
  const branch = new GitBranchTarget({ repository, name: targetNameSchema.parse(target.target) })
  await branch.recover(await branch.takeOver({ epoch, owner: 'judge' }))
}

async function readAll(queue: PatchQueue): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for (;;) {
    const page = await queue.events({ stream: patchStream(target), after: events.length, limit: 1000 })
    events.push(...page)
    if (page.length === 0) return events
  }
}

function lastEpoch(events: readonly StoredEvent[]): number {
  return Math.max(0, ...events.map(({ data }) => Number(data.epoch ?? 0)))
}

/** The log has no gap, and nothing was written under a lease that was over. */
function judgeEvents(events: readonly StoredEvent[]): string[] {
  const problems: string[] = []
  let epoch = 0
  events.forEach((event, index) => {
    if (event.seq !== index + 1) problems.push(`event ${index + 1} is missing`)
    const at = Number(event.data.epoch ?? epoch)
    if (event.type === 'target.leased') {
      if (at <= epoch) problems.push(`epoch ${at} came after ${epoch}`)
      epoch = at
    } else if (at !== epoch)
      problems.push(`${event.type} of ${event.subject} was written under epoch ${at}, not ${epoch}`)
  })
  return problems
}

/** Each patch is once in the history, in the order of the queue, where the queue says it is. */
async function judgeHistory(
  repository: GitRepository,
  proposed: readonly Proposed[],
  records: ReadonlyMap<string, QueuedPatch>,
): Promise<string[]> {
  const problems: string[] = []
  const log = await repository.log({ to: 'refs/heads/main', firstParent: true })
  const commits = new Map<string, string>()
  let place = 0
  for (const { commit, message } of log.reverse()) {
    const patchId = landedPatchId(message)
    if (patchId === undefined) continue
    if (commits.has(patchId)) problems.push(`${patchId} landed twice`)
    commits.set(patchId, commit)
    const record = records.get(patchId)
    if (record === undefined) {
      problems.push(`${patchId} landed, and nobody proposed it`)
      continue
    }
    if (record.seq <= place) problems.push(`${patchId} landed out of order: ${record.seq} after ${place}`)
    place = record.seq
  }
  for (const { patchId } of proposed) {
    const record = records.get(patchId)
    const status = record?.status ?? 'unknown to the queue'
    if (status !== 'landed') problems.push(`${patchId} was lost: ${status}, ${record?.verdict?.message ?? ''}`)
    if (!commits.has(patchId)) problems.push(`${patchId} was lost: ${status}, and not in the history`)
    else if (record?.verdict?.landedCommit !== commits.get(patchId))
      problems.push(`${patchId} is on record with another commit`)
  }
  return problems
}

/** Files, index and branch agree, the user's work is there, nothing is left behind. */
async function judgeCheckout(
  repository: GitRepository,
  proposed: readonly Proposed[],
  userWork: Readonly<Record<string, string>>,
): Promise<string[]> {
  const problems: string[] = []
  const directory = repository.workTree ?? ''
  for (const { path, content } of proposed)
    if ((await readFile(join(directory, path), 'utf8').catch(() => '(gone)')) !== content)
      problems.push(`${path} is not what was proposed`)
  for (const [path, content] of Object.entries(userWork))
    if ((await readFile(join(directory, path), 'utf8').catch(() => '(gone)')) !== content)
      problems.push(`the user's ${path} was changed`)
  const torn = (await repository.status()).filter(({ path }) => !(path in userWork))
  if (torn.length > 0) problems.push(`torn: ${JSON.stringify(torn.slice(0, 5))}`)
  const litter = (await readdir(repository.commonDir, { recursive: true })).filter((name) =>
    /\.lock$|patchlane-(?:index|lock|restore)|\.jsonl$/.test(name),
  )
  if (litter.length > 0) problems.push(`left behind: ${litter.join()}`)
  const checked = await repository.git({ args: ['fsck', '--strict', '--no-dangling'], okExitCodes: [0, 1, 2, 3, 4] })
  if (checked.exitCode !== 0) problems.push(`git fsck: ${checked.stderr.slice(0, 500)}`)
  return problems
}
