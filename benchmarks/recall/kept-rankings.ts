import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecallCase } from './cases.ts'

const schema = z.array(z.object({ commit: z.string(), task: z.string(), ranked: z.array(z.string()) }))

/** Another program's rankings, in a file for each repository: it is asked once, and any number of our rankers are measured beside it. */
export class KeptRankings {
  readonly #file: string
  readonly #kept: z.infer<typeof schema>

  private constructor(file: string, kept: z.infer<typeof schema>) {
    this.#file = file
    this.#kept = kept
  }

  static async open(directory: string, repository: string): Promise<KeptRankings> {
    await mkdir(directory, { recursive: true })
    const file = join(directory, `${repository}.json`)
    const text = await readFile(file, 'utf8').catch(() => '[]')
    return new KeptRankings(file, schema.parse(JSON.parse(text)))
  }

  /** Undefined too where it was asked in other words. */
  get(asked: RecallCase): readonly string[] | undefined {
    return this.#kept.find(({ commit, task }) => commit === asked.commit && task === asked.task)?.ranked
  }

  async add({ commit, task }: RecallCase, ranked: string[]): Promise<void> {
    this.#kept.push({ commit, task, ranked })
    // As a whole, so that a run that is stopped leaves a file that can be read.
    const draft = `${this.#file}.draft`
    await writeFile(draft, JSON.stringify(this.#kept))
    await rename(draft, this.#file)
  }
}
