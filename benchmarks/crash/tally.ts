import { appendFile, readFile } from 'node:fs/promises'
import type { Case, Report } from './drill.ts'

export interface TallyOptions {
  random: () => number
  /** The part of the cases to run. */
  share: number
  /** Where each case is written down; those that are there already are not run again. */
  log?: string | undefined
}

interface Count {
  cases: number
  met: number
  landed: number
  undone: number
  failed: number
}

/** Runs cases and counts what came of them. */
export class Tally {
  readonly #options: TallyOptions
  readonly #known: ReadonlyMap<string, Report>
  readonly #counts = new Map<string, Count>()

  private constructor(options: TallyOptions, known: ReadonlyMap<string, Report>) {
    this.#options = options
    this.#known = known
  }

  static async open(options: TallyOptions): Promise<Tally> {
    const text = options.log === undefined ? '' : await readFile(options.log, 'utf8').catch(() => '')
    const lines: (Report & { id: string })[] = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    return new Tally(options, new Map(lines.map((line) => [line.id, line])))
  }

  get failures(): number {
    return [...this.#counts.values()].reduce((sum, { failed }) => sum + failed, 0)
  }

  async run(drill: string, cases: AsyncIterable<Case> | Iterable<Case>): Promise<void> {
    const { random, share, log } = this.#options
    const count: Count = { cases: 0, met: 0, landed: 0, undone: 0, failed: 0 }
    this.#counts.set(drill, count)
    for await (const each of cases) {
      if (random() >= share) continue
      const before = this.#known.get(each.id)
      const report = before ?? (await attempt(each))
      each.done?.(report)
      if (before === undefined && log !== undefined) {
        await appendFile(log, `${JSON.stringify({ drill, id: each.id, ...report })}\n`)
      }
      count.cases++
      if (report.met) count.met++
      if (report.outcomes.includes('landed')) count.landed++
      if (report.outcomes.includes('undone')) count.undone++
      if (report.problems.length > 0) {
        count.failed++
        console.error(each.id, report.problems)
      }
    }
  }

  table(): string {
    const lines = [...this.#counts].map(
      ([name, { cases, met, landed, undone, failed }]) =>
        `| ${name} | ${cases} | ${met} | ${landed} | ${undone} | ${failed} |`,
    )
    return [
      '| drill | cases | fault met | found landed | found undone | not whole |',
      '|---|---|---|---|---|---|',
      ...lines,
    ].join('\n')
  }
}

async function attempt({ run }: Case): Promise<Report> {
  try {
    return await run()
  } catch (thrown) {
    const problem = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    return { met: true, outcomes: [], problems: [problem], landed: false }
  }
}
