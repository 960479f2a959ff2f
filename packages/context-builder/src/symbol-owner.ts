import { languageOf } from '@patchlane/syntax'
import type { IndexedDefinition } from './document.ts'

/** The plain name of a type: `Iter` of `&'a mut foo::Iter<'a, Vec<T>>`. Empty for what has none, a tuple for instance. */
export function typeName(written: string): string {
  let plain = written
  for (let before = ''; before !== plain; ) {
    before = plain
    plain = plain.replace(/<[^<>]*>/g, '')
  }
  return /[\p{L}\p{M}\p{N}_$]+$/u.exec(plain.trim())?.[0] ?? ''
}

/** The type of a member that the index knows no container of, by how its definition is written. */
export function ownerInSource(
  path: string,
  lines: readonly string[],
  { name, startLine }: IndexedDefinition,
): string | undefined {
  const line = lines[startLine - 1] ?? ''
  switch (languageOf(path)) {
    case 'go':
      return /^\s*func\s*\(\s*(?:[\p{L}\p{N}_]+\s+)?\**\s*([\p{L}\p{N}_]+)\s*(?:\[[^\]]*\]\s*)?\)/u.exec(line)?.[1]
    case 'javascript':
    case 'typescript':
    case 'tsx':
      return assignedOwner(line, name)
    default:
      return undefined
  }
}

/** `res` of `res.send = function () {`, `Router` of `Router.prototype.use = …`. */
function assignedOwner(line: string, name: string): string | undefined {
  for (const [, owner, member] of line.matchAll(
    /([\p{L}_$][\p{L}\p{N}_$]*)(?:\.prototype)?\.([\p{L}_$][\p{L}\p{N}_$]*)\s*=(?![=>])/gu,
  )) {
    if (member === name) return owner
  }
  return undefined
}
