const brand = Symbol.for('patchlane.error')

/**
 * What a caller can do about an error, coarse enough to map to an exit code or an HTTP status.
 *
 * - `usage`: the request itself is wrong; change it.
 * - `conflict`: another change stands in the way; re-base.
 * - `stale`: the request was made against something that has moved; refresh and repeat.
 * - `approval`: a person has to answer first.
 * - `environment`: a tool, a version or a service is missing or unreachable.
 * - `failed`: it was tried and did not work.
 */
export type ErrorKind = 'usage' | 'conflict' | 'stale' | 'approval' | 'environment' | 'failed'

export interface PatchlaneErrorOptions extends ErrorOptions {
  /** One sentence in the imperative: what to do next. */
  remedy?: string
}

/** The JSON form of an error, as CLI and server print it. */
export interface ErrorReport {
  code: string
  kind: ErrorKind
  message: string
  remedy?: string
  retryable: boolean
}

/**
 * Base of all errors that cross a package boundary. Branch on `code`, which is stable; never on `message`.
 * Recognise it by {@link PatchlaneError.is}, not by `instanceof`: the marker survives a package installed twice.
 */
export abstract class PatchlaneError extends Error {
  readonly [brand] = true
  /** Stable, upper snake case, prefixed by the package: `PATCH_QUEUE_LEASE_LOST`. */
  abstract readonly code: string
  readonly kind: ErrorKind = 'failed'
  /** Whether the same call, repeated later, can succeed. */
  readonly retryable: boolean = false
  readonly remedy: string | undefined

  constructor(message: string, options: PatchlaneErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.remedy = options.remedy
  }

  static is(value: unknown): value is PatchlaneError {
    return typeof value === 'object' && value !== null && brand in value
  }

  toReport(): ErrorReport {
    return {
      code: this.code,
      kind: this.kind,
      message: this.message,
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      retryable: this.retryable,
    }
  }
}

/** Input that does not have the form a boundary asks for. */
export class InvalidInputError extends PatchlaneError {
  readonly code = 'KERNEL_INVALID_INPUT'
  override readonly kind: ErrorKind = 'usage'
}

/** A move that the table of patch statuses does not allow. */
export class IllegalTransitionError extends PatchlaneError {
  readonly code = 'KERNEL_ILLEGAL_TRANSITION'

  constructor(subject: string, from: string, to: string, options?: PatchlaneErrorOptions) {
    super(`${subject} cannot move from ${from} to ${to}.`, options)
  }
}

/** A path that must not be written: it leaves the tree, hides in git's folder, or means different files on different systems. */
export class UnsafePathError extends PatchlaneError {
  readonly code = 'KERNEL_UNSAFE_PATH'
  override readonly kind: ErrorKind = 'usage'
  readonly path: string

  constructor(path: string, reason: string, options?: PatchlaneErrorOptions) {
    super(`Path ${JSON.stringify(path)} is refused: ${reason}.`, {
      remedy: 'Use a path relative to the repository root, with forward slashes, inside the tree.',
      ...options,
    })
    this.path = path
  }
}

/** The message of anything thrown, for a sentence that embeds it. */
export function errorMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
