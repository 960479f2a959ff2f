import { ModeError } from '../errors.ts'
import type { Mode } from './mode.ts'
import type { ModeMachine, ModeState } from './mode-machine.ts'

/** Does the work of one mode and says by which exit it leaves. */
export type ModeDriver = (mode: Mode, state: ModeState, signal: AbortSignal) => Promise<string>

/** One mode that was worked through. */
export interface ModeStep {
  readonly mode: string
  readonly exit: string
  readonly next: string
}

export interface RunModesOptions {
  /** Where to go on; the default is the beginning. */
  from?: ModeState
  /** Exits after which it is given up: modes can go in circles. @default 50 */
  maxSteps?: number
  signal?: AbortSignal
}

/** Drives the machine by itself, without LangGraph. Ends when the machine does. @throws {ModeError} over `maxSteps`. */
export async function* runModes(
  machine: ModeMachine,
  driver: ModeDriver,
  options: RunModesOptions = {},
): AsyncGenerator<ModeStep, ModeState, undefined> {
  const { maxSteps = 50, signal = new AbortController().signal } = options
  let state = options.from ?? machine.start()
  while (!machine.isDone(state)) {
    signal.throwIfAborted()
    if (state.steps >= maxSteps)
      throw new ModeError(`The agent is still in mode "${state.mode}" after ${maxSteps} exits.`)
    const exit = await driver(machine.modeOf(state), state, signal)
    const next = machine.take(state, exit)
    yield { mode: state.mode, exit, next: next.mode }
    state = next
  }
  return state
}
