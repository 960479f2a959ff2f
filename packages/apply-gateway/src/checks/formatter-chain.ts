import type { CheckReport } from '@patchlane/kernel'
import type { Check, CheckContext } from '../check.ts'
import { FileToolCheck, type FileToolCheckOptions } from './file-tool-check.ts'

/** Formatters, one after the other, each on what the one before left. */
export class FormatterChain implements Check {
  readonly name = 'format'
  readonly kind = 'format' as const
  readonly #formatters: readonly Check[]

  constructor(formatters: readonly FileToolCheckOptions[]) {
    this.#formatters = formatters.map((options) => new FileToolCheck(options))
  }

  async run(context: CheckContext): Promise<CheckReport[]> {
    const reports: CheckReport[] = []
    for (const formatter of this.#formatters) reports.push(...(await formatter.run(context)))
    return reports
  }
}
