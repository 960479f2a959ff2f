/** What must not change while an agent works: by name (`ref refs/heads/main`, `config core.hooksPath`, `hook pre-commit`), its value. */
export type RepositorySnapshot = ReadonlyMap<string, string>

/** Watches the refs, configuration and hooks of the repository that an agent's workspace belongs to. */
export interface RepositoryGuard {
  snapshot(): Promise<RepositorySnapshot>
  /**
   * One sentence for each thing that is not as it was, and that nothing else explains: the gateway landing a patch meanwhile, or another
   * workspace being made, is no difference.
   */
  compare(before: RepositorySnapshot): Promise<string[]>
}

export interface SnapshotChange {
  readonly name: string
  /** Undefined where it is new. */
  readonly before: string | undefined
  /** Undefined where it is gone. */
  readonly after: string | undefined
}

/** What two snapshots differ in, by name. For guards to build on. */
export function snapshotChanges(before: RepositorySnapshot, after: RepositorySnapshot): SnapshotChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names
    .map((name) => ({ name, before: before.get(name), after: after.get(name) }))
    .filter((change) => change.before !== change.after)
}

/** A change as a sentence: `ref refs/heads/main was moved`. */
export function describeChange({ name, before, after }: SnapshotChange): string {
  if (before === undefined) return `${name} was added`
  if (after === undefined) return `${name} was removed`
  return `${name} was changed`
}
