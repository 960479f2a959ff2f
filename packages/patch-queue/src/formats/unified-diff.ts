import type { RepoPath } from '@patchlane/kernel'
import { type ByteText, toReadable } from './byte-text.ts'
import { MalformedPatchError } from './errors.ts'
import type { FileEdit, Hunk, HunkLine, ParsedEdits } from './file-edit.ts'
import { canBeSame, isPrefixPair, loneName, pairOf, type SeenPrefixes } from './header-names.ts'
import type { PatchBase } from './patch-base.ts'
import { patchPath } from './patch-path.ts'
import { type Head, NO_FILE, readHead } from './unified-head.ts'
import { type LineReader, readHunks } from './unified-hunks.ts'

/** One file's diff as it is written, before its path is known. */
interface FileDiff {
  readonly head: Head
  readonly hunks: readonly Hunk[]
  readonly at: number
  /** What its hunks took liberties with. */
  readonly problems: readonly string[]
}

/** Reads unified and git diffs, mailed ones included: text around the diffs is passed over. @throws {MalformedPatchError} */
export async function parseUnifiedDiff(text: ByteText, base: PatchBase): Promise<ParsedEdits> {
  const notes: string[] = []
  const reader: LineReader = { lines: linesOf(text, notes), position: 0 }
  const diffs = readDiffs(reader, notes)
  if (diffs.length === 0) throw new MalformedPatchError('it has no file header (`--- a/PATH` and `+++ b/PATH`)')
  const seen = prefixesOf(diffs)
  const edits: FileEdit[] = []
  for (const diff of diffs) edits.push(await editOf(diff, seen, base, notes))
  return { edits, notes }
}

function readDiffs(reader: LineReader, notes: string[]): FileDiff[] {
  const diffs: FileDiff[] = []
  let passedOver = false
  for (let line = reader.lines[0]; line !== undefined; line = reader.lines[reader.position]) {
    const plain = line.startsWith('--- ') && reader.lines[reader.position + 1]?.startsWith('+++ ') === true
    if (line.startsWith('diff --git ') || plain) {
      const at = reader.position + 1
      const head = readHead(reader)
      const problems: string[] = []
      diffs.push({ head, at, hunks: readHunks(reader, (problem) => problems.push(problem)), problems })
    } else if (line.startsWith('diff --cc ') || line.startsWith('diff --combined ')) {
      throw new MalformedPatchError('it is the combined diff of a merge', { line: reader.position + 1 })
    } else if (/^@@ .*@@|^@@$/.test(line)) {
      throw new MalformedPatchError('a hunk belongs to no file', {
        line: reader.position + 1,
        remedy: 'Put `--- a/PATH` and `+++ b/PATH` before the hunks of each file.',
      })
    } else {
      passedOver ||= !isFrame(line, reader.lines[reader.position - 1])
      reader.position++
    }
  }
  if (passedOver) notes.push('text around the patch was left out')
  return diffs
}

/** Lines around diffs that say nothing: blank ones, those of other tools' headers, and the signature of a mailed patch. */
function isFrame(line: ByteText, before: ByteText | undefined): boolean {
  return line.trim() === '' || /^(?:Index: |={20,}|diff -)/.test(line) || line === '-- ' || before === '-- '
}

function prefixesOf(diffs: readonly FileDiff[]): SeenPrefixes {
  const seen = new Set<string>()
  for (const { head } of diffs) {
    const [before, after] = bothNames(head)
    if (before === undefined || after === undefined) continue
    seen.add(isPrefixPair(before, after) ? before.charAt(0) + after.charAt(0) : '')
  }
  return seen
}

function bothNames({ names, before, after }: Head): readonly ByteText[] {
  if (before !== undefined && after !== undefined && before !== NO_FILE && after !== NO_FILE) return [before, after]
  return names?.written ?? []
}

function linesOf(text: ByteText, notes: string[]): ByteText[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const heads = lines.filter((line) => /^(?:diff --git |--- |\+\+\+ |@@ )/.test(line))
  // Heads are git's own lines: CRLF there means that the letter was converted, not the files.
  if (heads.length === 0 || !heads.every((line) => line.endsWith('\r'))) return lines
  notes.push('the diff was sent with CRLF throughout; it was read with LF')
  return lines.map((line) => line.replace(/\r$/, ''))
}

async function editOf(
  { head, hunks, at, problems }: FileDiff,
  seen: SeenPrefixes,
  base: PatchBase,
  notes: string[],
): Promise<FileEdit> {
  const path = patchPath(await nameOf(head, at, seen, base, notes))
  refuseContradictions(head, at)
  for (const problem of problems) notes.push(`${path}: ${problem}`)
  const mode = head.mode === undefined ? {} : { mode: head.mode }
  const binary = head.binary === undefined ? {} : { binary: head.binary }
  const oids = head.oids === undefined ? {} : { oids: head.oids }
  if (head.created === true || head.before === NO_FILE) {
    return { kind: 'create', path, content: addedText(hunks, path, at), ...mode, ...binary }
  }
  if (head.deleted === true || head.after === NO_FILE) return { kind: 'delete', path, hunks, ...binary, ...oids }
  const from = sourceOf(head, path)
  if (from === undefined && hunks.length === 0 && head.binary === undefined && head.mode === undefined) {
    throw new MalformedPatchError(`the diff of ${path} has no hunks`, { line: at })
  }
  return {
    kind: 'edit',
    path,
    hunks,
    ...(from === undefined ? {} : { from }),
    ...(head.copied === true ? { keepsSource: true } : {}),
    ...oids,
    ...mode,
    ...binary,
  }
}

async function nameOf(head: Head, at: number, seen: SeenPrefixes, base: PatchBase, notes: string[]): Promise<ByteText> {
  const { before, after, names, to } = head
  if (to !== undefined) return to
  if (before !== undefined && after !== undefined) {
    if (before === NO_FILE) return names?.plain[1] ?? loneName(after, 'after', seen, base, notes)
    if (after === NO_FILE) return names?.plain[0] ?? loneName(before, 'before', seen, base, notes)
    const [left, right] = pairOf(before, after).plain
    if (left !== right) {
      throw new MalformedPatchError(`one diff names two files, ${toReadable(left)} and ${toReadable(right)}`, {
        line: at,
        remedy: 'Say `rename from` and `rename to`, or use the same name on both sides.',
      })
    }
    return right
  }
  if (names === undefined) throw new MalformedPatchError('a diff names no file', { line: at })
  return names.plain[1]
}

/** Every line of a head that names a file must mean the same one on its side. */
function refuseContradictions(head: Head, at: number): void {
  const sides = [
    ['old', [head.names?.written[0], head.before, head.from]],
    ['new', [head.names?.written[1], head.after, head.to]],
  ] as const
  const differ = (line: string, first: ByteText, second: ByteText) =>
    new MalformedPatchError(
      `the head of one diff names two ${line} files, ${toReadable(first)} and ${toReadable(second)}`,
      { line: at, remedy: 'Make the diff again, or correct its `diff --git`, `---`, `+++` and `rename` lines.' },
    )
  for (const [side, written] of sides) {
    const [first, ...others] = written.filter((name) => name !== undefined && name !== NO_FILE)
    const other = others.find((name) => name !== undefined && first !== undefined && !canBeSame(first, name))
    if (first !== undefined && other !== undefined) throw differ(side, first, other)
  }
  const [before, after] = head.names?.plain ?? []
  if (head.from === undefined && before !== undefined && after !== undefined && before !== after) {
    throw new MalformedPatchError(`one diff names two files, ${toReadable(before)} and ${toReadable(after)}`, {
      line: at,
      remedy: 'Say `rename from` and `rename to`, or use the same name on both sides.',
    })
  }
}

function sourceOf(head: Head, path: RepoPath): RepoPath | undefined {
  if (head.from === undefined) return undefined
  const from = patchPath(head.from)
  return from === path ? undefined : from
}

function addedText(hunks: readonly Hunk[], path: string, at: number): ByteText {
  const lines: HunkLine[] = hunks.flatMap((hunk) => hunk.lines)
  if (lines.some((line) => line.op !== '+')) {
    throw new MalformedPatchError(`the new file ${path} has lines that are not added`, { line: at })
  }
  return lines.map((line) => line.text).join('')
}
