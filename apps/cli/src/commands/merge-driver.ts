import type { CommandHandler } from '../command-context.ts'
import { runMergeCommand } from './run-merge-command.ts'

export const run: CommandHandler = (context, input) => runMergeCommand(context, input, context.services.mergeDriver)
