import type { PendingApproval, Pipeline } from '@patchlane/pipeline'
import { toApprovalView, toPatchDetail } from '@patchlane/server/wire'
import { z } from 'zod'
import type { CommandContext, CommandHandler } from '../command-context.ts'
import { NoTerminalError, UsageError } from '../errors.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { approvalsOutputSchema, patchOutputSchema } from '../output/patches.ts'
import { parseInput } from '../parse-input.ts'
import { approvalLines } from '../text/approval-text.ts'
import { renderDiff } from '../text/diff-text.ts'
import { shortId } from '../text/short-id.ts'
import { answererOf } from './answerer.ts'

const options = z.object({
  yes: z.boolean().default(false),
  by: z.string().min(1).max(200).optional(),
  note: z.string().max(5000).optional(),
})
type Options = z.output<typeof options>

export const run: CommandHandler = async (context, input) => {
  const parsed = parseInput(input, { args: z.tuple([z.string().min(1).optional()]), options })
  const [id] = parsed.args
  const pipeline = await context.pipeline()
  if (id !== undefined) return answerOne(context, pipeline, await pipeline.approvals.get(id), parsed.options)
  return answerAll(context, pipeline, parsed.options)
}

async function answerAll(context: CommandContext, pipeline: Pipeline, given: Options): Promise<ExitCode> {
  const pending = await pipeline.approvals.list()
  if (given.yes)
    throw new UsageError('--yes needs a patch: nobody has seen what else waits.', {
      remedy: pending.length === 0 ? 'Nothing waits.' : `Waiting: ${pending.map(idOf).join(', ')}.`,
    })
  if (context.globals.json) {
    context.emit(approvalsOutputSchema, { approvals: pending.map(toApprovalView) })
    return pending.length === 0 ? exitCodes.done : exitCodes.approval
  }
  if (pending.length === 0) context.note('Nothing waits for a person.')
  let code: ExitCode = exitCodes.done
  for (const question of pending) {
    const answered = await answerOne(context, pipeline, question, given)
    if (answered !== exitCodes.done) code = answered
  }
  return code
}

async function answerOne(
  context: CommandContext,
  pipeline: Pipeline,
  question: PendingApproval,
  given: Options,
): Promise<ExitCode> {
  const { patchId } = question.patch.patch
  if (!context.globals.json) {
    context.print(approvalLines(question, context.style).join('\n'))
    context.print(`\n${renderDiff(question.diff, context.style)}`)
  }
  const choice = given.yes ? 'approve' : await ask(context, question)
  if (choice === undefined || choice === 'later') {
    context.note(`${shortId(patchId)} still waits.`)
    return exitCodes.approval
  }
  const answer = {
    by: answererOf(context, given.by),
    ...(given.note === undefined ? {} : { note: given.note }),
  }
  const patch =
    choice === 'approve'
      ? await pipeline.approvals.approve(patchId, { ...answer, contentHash: question.contentHash })
      : await pipeline.approvals.reject(patchId, answer)
  if (context.globals.json) context.emit(patchOutputSchema, { patch: toPatchDetail(patch) })
  else if (choice === 'approve') {
    context.print(`${patchId} is approved by ${answer.by}.`)
    context.note('next: patchlane gate --once lands it, unless a gate is at work')
  } else context.print(`${patchId} is rejected by ${answer.by}.`)
  return exitCodes.done
}

async function ask(
  context: CommandContext,
  question: PendingApproval,
): Promise<'approve' | 'reject' | 'later' | undefined> {
  const text = `Let ${idOf(question)} land?`
  if (!context.io.stdinIsTerminal || !context.io.stderr.isTerminal || context.globals.json)
    throw new NoTerminalError(text)
  const prompt = await context.io.prompt()
  return prompt.select(text, [
    { value: 'later', label: 'Not now' },
    { value: 'approve', label: 'Approve: exactly this may land' },
    { value: 'reject', label: 'Reject' },
  ])
}

function idOf(question: PendingApproval): string {
  return shortId(question.patch.patch.patchId)
}
