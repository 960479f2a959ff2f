import { join } from 'node:path'
import type { CodeView } from '../code-view.ts'
import { KeptFiles } from '../kept-files.ts'
import { type CodeGraph, graphOf } from './code-graph.ts'

/** Raise it when imports resolve in another way, or graphs were kept that should not have been. */
const RESOLVER_REVISION = 2
/** Graphs of the newest states that are kept on disk. */
const KEPT = 24

/** The graph of one state on disk, named by the state's version: resolving anew takes longer than reading. */
export class KeptGraph {
  readonly #files: KeptFiles
  readonly #name: string
  readonly #size: number
  #wasThere = false

  constructor(directory: string, view: CodeView) {
    this.#files = new KeptFiles(join(directory, `graphs-${RESOLVER_REVISION}`), KEPT)
    this.#name = `${view.digest}.json`
    this.#size = view.files.length
  }

  async read(): Promise<CodeGraph | undefined> {
    const text = await this.#files.read(this.#name)
    if (text === undefined) return undefined
    try {
      const imports: unknown = JSON.parse(text)
      if (!isGraph(imports, this.#size)) return undefined
      this.#wasThere = true
      return graphOf(imports)
    } catch {
      return undefined
    }
  }

  /** Keeps the graph unless it came from here. A failure costs time at the next start, and nothing else. */
  async write(graph: CodeGraph): Promise<void> {
    if (!this.#wasThere) await this.#files.write(this.#name, JSON.stringify(graph.imports))
  }
}

function isGraph(value: unknown, size: number): value is number[][] {
  const isFile = (at: unknown) => Number.isInteger(at) && Number(at) >= 0 && Number(at) < size
  return (
    Array.isArray(value) &&
    value.length === size &&
    value.every((targets) => Array.isArray(targets) && targets.every(isFile))
  )
}
