import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { queueStateOutputSchema } from '../output/patches.ts'
import { oneLine } from '../text/sanitize.ts'

/** A command that pauses the target's queue or lets it go on. */
export function setPaused(paused: boolean): CommandHandler {
  return async (context) => {
    const pipeline = await context.pipeline()
    await (paused ? pipeline.patches.pause() : pipeline.patches.resume())
    if (context.globals.json) context.emit(queueStateOutputSchema, { target: pipeline.target, paused })
    else
      context.print(
        `${oneLine(pipeline.target)} ${paused ? 'is paused; patches wait in its queue' : 'lands patches again'}.`,
      )
    return exitCodes.done
  }
}
