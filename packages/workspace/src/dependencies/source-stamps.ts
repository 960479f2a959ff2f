import { stampPath } from '../stamps.ts'

/** What of a checkout was read, each thing as it was before it was read. */
export class SourceStamps {
  readonly stamps = new Map<string, string>()

  add(...paths: readonly string[]): void {
    for (const path of paths) if (!this.stamps.has(path)) this.stamps.set(path, stampPath(path))
  }
}
