import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { CodeView } from '../code-view.ts'
import { SmallFile } from '../small-file.ts'
import { type CodeGraph, graphOf } from './code-graph.ts'

/** Raise it when imports resolve in another way. */
const RESOLVER_REVISION = 1
/** Graphs of the newest states that are kept on disk. */
const KEPT = 24

const schema = z.array(z.array(z.number().int().nonnegative()))

/** The graph of one state on disk, named by the state's version: resolving anew takes longer than reading. */
export class KeptGraph {
  readonly #folder: string
  readonly #file: SmallFile
  readonly #size: number
  #wasThere = false

  constructor(directory: string, view: CodeView) {
    this.#folder = join(directory, `graphs-${RESOLVER_REVISION}`)
    this.#file = new SmallFile(this.#folder, `${view.digest}.json`)
    this.#size = view.files.length
  }

  async read(): Promise<CodeGraph | undefined> {
    const text = await this.#file.read()
    if (text === undefined) return undefined
    try {
      const imports = schema.parse(JSON.parse(text))
      if (imports.length !== this.#size || imports.some((targets) => targets.some((at) => at >= this.#size)))
        return undefined
      this.#wasThere = true
      return graphOf(imports)
    } catch {
      return undefined
    }
  }

  /** Keeps the graph unless it came from here. A failure costs time at the next start, and nothing else. */
  async write(graph: CodeGraph): Promise<void> {
    if (this.#wasThere) return
    try {
      await this.#file.write(JSON.stringify(graph.imports))
      await this.#forgetOldest()
    } catch {
      // The graph is in memory; the next process resolves it again.
    }
  }

  async #forgetOldest(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'))
    if (names.length <= KEPT * 2) return
    const aged = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).mtimeMs })),
    )
    aged.sort((a, b) => b.at - a.at)
    for (const { name } of aged.slice(KEPT)) await rm(join(this.#folder, name), { force: true })
  }
}
