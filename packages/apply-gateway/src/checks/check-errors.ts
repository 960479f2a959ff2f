import { type ErrorKind, PatchlaneError } from '@patchlane/kernel'

/** A tool that a project's configuration asks for is not installed. */
export class ToolMissingError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_TOOL_MISSING'
  override readonly kind: ErrorKind = 'environment'

  constructor(tool: string, remedy: string) {
    super(`${tool} is configured in this project, but not installed where the gateway can find it.`, { remedy })
  }
}

/** A tool failed to do its work: it crashed, was called wrongly, timed out or said what cannot be read. */
export class ToolFailedError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_TOOL_FAILED'
  override readonly kind: ErrorKind = 'environment'
  /** The tool's own words. */
  readonly output: string

  constructor(tool: string, what: string, output = '', options?: { cause?: unknown; remedy?: string }) {
    super(`${tool} ${what}${output === '' ? '' : `: ${output.split('\n')[0]}`}`, options)
    this.output = output
  }
}

/** A check was named that nobody knows. */
export class UnknownToolError extends PatchlaneError {
  readonly code = 'APPLY_GATEWAY_UNKNOWN_TOOL'
  override readonly kind: ErrorKind = 'usage'

  constructor(name: string, known: readonly string[]) {
    super(`There is no tool "${name}".`, { remedy: `Use one of ${known.join(', ')}.` })
  }
}
