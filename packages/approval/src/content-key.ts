import { digestJson, type FileChange } from '@patchlane/kernel'

/**
 * The digest that an answer is bound to: of each file the state before and after, and the version of the policy it was asked under.
 * The base is left out on purpose: a re-based patch that does the very same to the very same files needs no second answer, and one
 * that does not, does.
 */
export function contentKey(changes: readonly FileChange[], policyVersion: string): string {
  const files = changes
    .map((change) => [
      change.kind,
      change.kind === 'rename' ? change.from : '',
      change.path,
      ...(change.kind === 'create' ? ['', ''] : [change.before.mode, change.before.oid]),
      ...(change.kind === 'delete' ? ['', ''] : [change.after.mode, change.after.oid]),
    ])
    .sort((a, b) => (a.join('\0') < b.join('\0') ? -1 : 1))
  return digestJson({ files, policyVersion })
}
