import { z } from 'zod'

/** The destination of an exit that ends the agent's work. */
export const END_OF_MODES = 'end'

const word = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'is not a lower-case word')
  .refine((name) => name !== '__proto__', 'is not a name')

/** What an agent is doing: how it is told to, what it may use, and where it can go from here. */
export const modeSchema = z.strictObject({
  name: word.refine((name) => name !== END_OF_MODES, `"${END_OF_MODES}" is where all modes end`),
  instructions: z.string().min(1).max(100_000),
  /** Names of the tools it may call; any other is refused. */
  tools: z.array(z.string().min(1)).default([]),
  /** By the exit's name, the mode it leads to, or `end`. */
  exits: z.record(word, z.string()),
})
export type Mode = z.infer<typeof modeSchema>

export const modePlanSchema = z.strictObject({
  initial: word,
  modes: z.array(modeSchema).min(1).max(100),
})
export type ModePlan = z.infer<typeof modePlanSchema>
export type ModePlanInput = z.input<typeof modePlanSchema>
