import { ModeError } from '../errors.ts'
import { END_OF_MODES, type Mode, type ModePlanInput, modePlanSchema } from './mode.ts'

/** Where an agent is among its modes. Plain data: it can be stored and gone on with. */
export interface ModeState {
  /** The mode's name, or `end`. */
  readonly mode: string
  /** Exits taken so far. */
  readonly steps: number
}

/** A finite state machine over modes. Pure: it holds no state and does nothing; {@link runModes} drives it. */
export class ModeMachine {
  readonly initial: string
  readonly #modes: ReadonlyMap<string, Mode>

  /** @throws {ModeError} when a name occurs twice, an exit leads nowhere, a mode cannot be reached, or none leads to the end. */
  constructor(plan: ModePlanInput) {
    const parsed = modePlanSchema.safeParse(plan)
    if (!parsed.success) throw new ModeError('The modes are not well described.', { cause: parsed.error })
    const { initial, modes } = parsed.data
    this.initial = initial
    this.#modes = new Map(modes.map((mode) => [mode.name, mode]))
    if (this.#modes.size < modes.length) throw new ModeError('Two modes have one name.')
    const reached = this.#reachable()
    const lost = modes.find(({ name }) => !reached.has(name))
    if (lost !== undefined) throw new ModeError(`No exit leads to mode "${lost.name}".`)
    if (!reached.has(END_OF_MODES)) throw new ModeError('No exit leads to the end.')
  }

  get modes(): Mode[] {
    return [...this.#modes.values()]
  }

  start(): ModeState {
    return { mode: this.initial, steps: 0 }
  }

  isDone(state: ModeState): boolean {
    return state.mode === END_OF_MODES
  }

  /** @throws {ModeError} when there is no such mode; also at the end. */
  modeOf(state: ModeState): Mode {
    const mode = this.#modes.get(state.mode)
    if (mode === undefined) throw new ModeError(`There is no mode "${state.mode}".`)
    return mode
  }

  /** Whether the tool may be called in the state's mode. At the end none may. */
  allows(state: ModeState, tool: string): boolean {
    return this.#modes.get(state.mode)?.tools.includes(tool) ?? false
  }

  /** @throws {ModeError} when the mode does not have that exit. */
  take(state: ModeState, exit: string): ModeState {
    const { exits, name } = this.modeOf(state)
    const next = Object.hasOwn(exits, exit) ? exits[exit] : undefined
    if (next === undefined) {
      throw new ModeError(`Mode "${name}" has no exit "${exit}".`, {
        remedy: `Take one of: ${Object.keys(exits).join(', ')}.`,
      })
    }
    return { mode: next, steps: state.steps + 1 }
  }

  #reachable(): Set<string> {
    const reached = new Set<string>()
    const open = [this.initial]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (reached.has(name)) continue
      reached.add(name)
      if (name === END_OF_MODES) continue
      const mode = this.#modes.get(name)
      if (mode === undefined) throw new ModeError(`There is no mode "${name}", but an exit leads to it.`)
      open.push(...Object.values(mode.exits))
    }
    return reached
  }
}
