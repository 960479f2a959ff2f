import type { Program } from '../tools/file-tool.ts'

/** How to start and to talk to one language server. */
export interface LanguageServer {
  /** As people call it: `pyright`. */
  readonly name: string
  readonly program: Program
  /** Added to the clean environment. */
  readonly env?: Record<string, string>
  /** The answer to `workspace/configuration` for one section. */
  settings(section: string | undefined): unknown
  /** Sources it can judge. */
  handles(path: string): boolean
  /** Files whose change it has to hear of beside the sources. */
  watches(path: string): boolean
  /** Files after whose change only a new start helps. */
  restartsOn(path: string): boolean
  /**
   * For servers that look for files in the background: the log line by which they say that they are done. They say it after the start, and
   * after each batch of events that adds or removes a file, or changes one of `watches`.
   */
  readonly settled?: RegExp
}
