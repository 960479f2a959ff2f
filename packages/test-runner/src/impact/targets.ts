/** What a reference leads to: files, and folders of which everything may be used. */
export interface Targets {
  files: Set<string>
  folders: Set<string>
}

export function noTargets(): Targets {
  return { files: new Set(), folders: new Set() }
}
