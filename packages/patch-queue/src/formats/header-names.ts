import { type ByteText, toReadable } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { PatchBase } from './patch-base.ts'
import { unquotePath } from './patch-path.ts'

/** The names of both sides of a diff: as they are written, and without git's prefixes. */
export interface NamePair {
  readonly written: readonly [before: ByteText, after: ByteText]
  readonly plain: readonly [before: ByteText, after: ByteText]
}

/** The prefixes that git writes, left and right: its own, those of `diff.mnemonicPrefix`, and each of them with `-R`. */
const PREFIX_PAIRS = new Set(['ab', 'iw', 'ci', 'cw', 'ow', '12', 'ba', 'wi', 'ic', 'wc', 'wo', '21'])
const PREFIX = /^[abciow12]\//

/** The two names of `diff --git A B`. Unquoted names with blanks are told apart by being the same but for the prefix. */
export function gitNames(rest: ByteText): NamePair | undefined {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/s.exec(rest.replace(/\r$/, ''))
  if (quoted !== null) return pairOf(unquotePath(quoted[1] ?? ''), unquotePath(quoted[2] ?? ''))
  const half = (rest.length - 1) / 2
  const pair = pairOf(rest.slice(0, half), rest.slice(half + 1))
  return pair.plain[0] === pair.plain[1] ? pair : undefined
}

/** The name in a `--- ` or `+++ ` line. */
export function headName(line: ByteText): ByteText {
  const rest = line.slice(4).replace(/\r$/, '')
  return rest.startsWith('"') ? unquotePath(rest.replace(/\t[^\t]*$/, '')) : (rest.split('\t')[0] ?? '').trimEnd()
}

/** `a/x b/x` without a matching pair of prefixes; names without one stay as they are. */
export function pairOf(before: ByteText, after: ByteText): NamePair {
  const prefixed = isPrefixPair(before, after)
  return { written: [before, after], plain: prefixed ? [before.slice(2), after.slice(2)] : [before, after] }
}

export function isPrefixPair(before: ByteText, after: ByteText): boolean {
  return PREFIX.test(before) && PREFIX.test(after) && PREFIX_PAIRS.has(before.charAt(0) + after.charAt(0))
}

/** Whether two spellings can mean the same file, with or without a prefix each. */
export function canBeSame(a: ByteText, b: ByteText): boolean {
  return [a, withoutPrefix(a)].some((name) => name === b || name === withoutPrefix(b))
}

function withoutPrefix(name: ByteText): ByteText {
  return name.replace(PREFIX, '')
}

/** Which prefixes the other diffs of the same letter carry: pairs like `ab`, and `''` for none. */
export type SeenPrefixes = ReadonlySet<string>

/**
 * The name of a file that the other side lacks (`/dev/null`), where no `diff --git` line says it too. A letter and a slash
 * before it can be git's prefix or a folder: the other diffs tell, or the base.
 * @throws {MalformedPatchError} where neither tells.
 */
export async function loneName(
  written: ByteText,
  side: 'before' | 'after',
  seen: SeenPrefixes,
  base: PatchBase,
  notes: string[],
): Promise<ByteText> {
  if (!PREFIX.test(written)) return written
  const plain = withoutPrefix(written)
  const letter = written.charAt(0)
  const usual = letter === (side === 'before' ? 'a' : 'b')
  if ([...seen].some((pair) => pair.charAt(side === 'before' ? 0 : 1) === letter)) return plain
  if (seen.has('')) return written
  const decided = (name: ByteText): ByteText => {
    const what = name === plain ? 'a prefix' : 'a folder'
    notes.push(`${toReadable(name)}: "${letter}/" before its name was taken as ${what}`)
    return name
  }
  const undecided = () =>
    new MalformedPatchError(
      `"${toReadable(written)}" can mean a file in "${letter}/" or the file "${toReadable(plain)}"`,
      {
        remedy: 'Put `diff --git a/PATH b/PATH` before it.',
      },
    )
  if (side === 'before') {
    const asWritten = (await base.read(written)) !== null
    const stripped = (await base.read(plain)) !== null
    if (asWritten && stripped) throw undecided()
    if (asWritten) return decided(written)
    if (stripped) return usual ? plain : decided(plain)
    return usual ? plain : written
  }
  if (await base.hasFolder(folderOf(written))) return decided(written)
  const folder = folderOf(plain)
  if (folder !== '' && (await base.hasFolder(folder))) return usual ? plain : decided(plain)
  if (!usual) return decided(written)
  if (await base.hasFolder(letter)) throw undecided()
  return plain
}

function folderOf(path: ByteText): ByteText {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
