import type { CommandHandler } from '../command-context.ts'
import { exitCodes } from '../exit-code.ts'
import { doctorOutputSchema } from '../output/setup.ts'
import { oneLine } from '../text/sanitize.ts'

export const run: CommandHandler = async (context) => {
  const pipeline = await context.pipeline()
  const diagnoses = await pipeline.doctor()
  const ok = diagnoses.every((diagnosis) => diagnosis.state !== 'error')
  const { style, globals } = context
  if (globals.json) context.emit(doctorOutputSchema, { ok, diagnoses })
  else {
    const marks = { ok: style.good('✓'), warning: style.warn('!'), error: style.bad('✗') }
    for (const { name, state, detail, remedy } of diagnoses) {
      context.print(`${marks[state]} ${oneLine(name)}: ${oneLine(detail)}`)
      if (remedy !== undefined && state !== 'ok') context.print(`    ${style.dim('what to do:')} ${oneLine(remedy)}`)
    }
    context.print(ok ? 'Everything that is needed is there.' : 'Something that is needed is missing.')
  }
  return ok ? exitCodes.done : exitCodes.failed
}
