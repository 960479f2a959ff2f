import type { Finding } from '@patchlane/kernel'

export interface DiagnosticsRequest {
  /** The staging folder. */
  directory: string
  /** Files to judge; all of them exist and are handled. */
  files: readonly string[]
  /** All files of the tree. */
  all: readonly string[]
  signal: AbortSignal
}

/** Finds errors in sources as they lie on disk. */
export interface DiagnosticsProvider {
  readonly name: string
  handles(path: string): boolean
  /** Whether a change of this file, which is none of the sources, can bring errors into any of them. */
  affectsAll(path: string): boolean
  /** @throws {ToolFailedError} */
  diagnose(request: DiagnosticsRequest): Promise<Finding[]>
}
