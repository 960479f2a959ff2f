import { z } from 'zod'
import type { CommandInput } from './command-context.ts'
import { UsageError } from './errors.ts'

/** A whole number on the command line. */
export const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().int().min(min).max(max))

/** The arguments and options of a command, checked. @throws {UsageError} naming the argument or option at fault. */
export function parseInput<A extends z.ZodType, O extends z.ZodType>(
  input: CommandInput,
  schemas: { args: A; options: O },
): { args: z.output<A>; options: z.output<O> } {
  return {
    args: parsePart(schemas.args, input.args, (place) => `The ${ordinals[Number(place)] ?? 'last'} argument`),
    options: parsePart(schemas.options, input.options, (name) => `--${kebab(name)}`),
  }
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth']

function parsePart<S extends z.ZodType>(schema: S, value: unknown, subject: (path: string) => string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new UsageError(`${subject(String(issue?.path[0] ?? ''))}: ${issue?.message ?? 'is not valid'}.`, {
    cause: parsed.error,
    remedy: 'See the command with --help.',
  })
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
