import type { CheckReport } from '@patchlane/kernel'
import type { Check, CheckContext } from '../check.ts'
import { FileToolCheck, type FileToolCheckOptions } from './file-tool-check.ts'

/** Linters with their fixes, one after the other. */
export class LintChain implements Check {
  readonly name = 'lint'
  readonly kind = 'lint' as const
  readonly #linters: readonly Check[]

  constructor(linters: readonly FileToolCheckOptions[]) {
    this.#linters = linters.map((options) => new FileToolCheck(options))
  }

  async run(context: CheckContext): Promise<CheckReport[]> {
    const reports: CheckReport[] = []
    for (const linter of this.#linters) reports.push(...(await linter.run(context)))
    return reports
  }
}
