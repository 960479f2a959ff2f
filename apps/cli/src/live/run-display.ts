import type { RunEvent } from '@patchlane/pipeline'
import type { CommandContext } from '../command-context.ts'
import { runEventOutputSchema } from '../output/run.ts'
import { LiveScreen } from './live-screen.ts'
import { plainLine } from './plain-line.ts'
import { RunModel } from './run-model.ts'
import { renderRun } from './run-view.ts'

const REDRAW_MS = 100
const TICK_MS = 1000

/** Shows a run while it goes on. */
export interface RunDisplay {
  event(event: RunEvent): void
  /** Leaves the terminal as it should be: without a live view where the table of the result takes its place. Safe to call twice. */
  end(options: { resultFollows: boolean }): void
}

/** The display that fits: JSON lines on request, a live view on a terminal, else a plain line for each event. */
export function runDisplay(context: CommandContext, runId: string): RunDisplay {
  if (context.globals.json) return { event: (event) => context.emit(runEventOutputSchema, event), end: () => undefined }
  const { stderr, env } = context.io
  if (stderr.isTerminal && env.TERM !== 'dumb') return liveDisplay(context, runId)
  return {
    event: (event) => {
      const line = plainLine(event)
      if (line !== undefined) stderr.write(`${line}\n`)
    },
    end: () => undefined,
  }
}

function liveDisplay(context: CommandContext, runId: string): RunDisplay {
  const { io, interrupt, noteStyle: style } = context
  const { stderr } = io
  const model = new RunModel(runId, io.now())
  let redraw: NodeJS.Timeout | undefined
  const screen = new LiveScreen(stderr, () => draw())
  const draw = () => {
    clearTimeout(redraw)
    redraw = undefined
    screen.show(renderRun(model, { now: io.now(), width: stderr.columns - 1, height: stderr.rows - 1, style }))
  }
  const tick = setInterval(draw, TICK_MS)
  const announceBefore = interrupt.announce
  interrupt.announce = (text) => screen.persist(text)
  interrupt.beforeKill = () => screen.end({ keep: true })
  draw()
  let ended = false
  return {
    event: (event) => {
      model.apply(event)
      redraw ??= setTimeout(draw, REDRAW_MS)
    },
    end: ({ resultFollows }) => {
      if (ended) return
      ended = true
      clearInterval(tick)
      draw()
      screen.end({ keep: !resultFollows || !io.stdout.isTerminal })
      interrupt.announce = announceBefore
      interrupt.beforeKill = () => undefined
    },
  }
}
