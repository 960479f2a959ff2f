import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Proposal } from '@patchlane/pipeline'
import { toPatchDetail } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandContext, CommandHandler } from '../command-context.ts'
import { FileReadError, UsageError } from '../errors.ts'
import { exitCodeOfStatuses } from '../exit-code.ts'
import { proposeOutputSchema } from '../output/patches.ts'
import { integer, parseInput } from '../parse-input.ts'
import { oneLine } from '../text/sanitize.ts'
import { shortId } from '../text/short-id.ts'
import { statusText } from '../text/status-text.ts'

const options = z.object({
  format: z.string().optional(),
  path: z.string().optional(),
  base: z.string().optional(),
  title: z.string().min(1).max(500).optional(),
  description: z.string().max(100_000).optional(),
  agent: z.string().min(1).max(200).optional(),
  priority: integer(-1000, 1000).optional(),
  dependsOn: z.array(z.string()).optional(),
  supersedes: z.string().optional(),
  key: z.string().min(1).max(200).optional(),
})

export const run: CommandHandler = async (context, input) => {
  const parsed = parseInput(input, { args: z.tuple([z.string().optional()]), options })
  const text = await readInput(context, parsed.args[0] ?? '-')
  const pipeline = await context.pipeline()
  const notes: string[] = []
  const queued = await pipeline.propose({ text, ...present(parsed.options) }, { onNote: (note) => notes.push(note) })
  if (context.globals.json) context.emit(proposeOutputSchema, { patch: toPatchDetail(queued), notes })
  else {
    for (const note of notes) context.note(`${context.noteStyle.warn('note:')} ${oneLine(note)}`)
    const { patch, seq, status } = queued
    context.print(`${patch.patchId} ${statusText(status, context.style)} as number ${seq}: ${oneLine(patch.title)}`)
    if (status === 'queued')
      context.note(`next: patchlane gate --once; see it with patchlane queue show ${shortId(patch.patchId)}`)
  }
  return exitCodeOfStatuses([queued.status])
}

/** Bytes, not text: a patch may hold any encoding. */
async function readInput(context: CommandContext, file: string): Promise<Uint8Array> {
  if (file !== '-') {
    return readFile(resolve(context.io.cwd, file)).catch((error: unknown) => {
      throw new FileReadError(file, error)
    })
  }
  if (context.io.stdinIsTerminal)
    throw new UsageError('There is no patch: no file is named, and standard input is the terminal.', {
      remedy: 'Name a file, or pipe a patch in: git diff | patchlane propose',
    })
  return context.io.readStdin()
}

function present(values: z.output<typeof options>): Proposal {
  const proposal: Proposal = {}
  if (values.format !== undefined && values.format !== 'auto') proposal.format = values.format
  if (values.path !== undefined) proposal.path = values.path
  if (values.base !== undefined) proposal.base = values.base
  if (values.title !== undefined) proposal.title = values.title
  if (values.description !== undefined) proposal.description = values.description
  if (values.agent !== undefined) proposal.agent = values.agent
  if (values.priority !== undefined) proposal.priority = values.priority
  if (values.dependsOn !== undefined) proposal.dependsOn = values.dependsOn
  if (values.supersedes !== undefined) proposal.supersedes = values.supersedes
  if (values.key !== undefined) proposal.key = values.key
  return proposal
}
