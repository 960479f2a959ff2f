import { type ByteText, toReadable } from './byte-text.ts'
import { isFenceLine } from './fences.ts'
import type { PatchBase } from './patch-base.ts'
import { isBlockStart } from './search-replace-markers.ts'

/** Files of the base whose names do not look like paths, but that a text names. */
export type KnownNames = ReadonlySet<ByteText>

const NO_NAMES: KnownNames = new Set()
/** Names of files that have neither a folder nor an extension. */
const USUAL_NAMES =
  /^(?:Makefile|GNUmakefile|Dockerfile|Containerfile|LICENSE|LICENCE|COPYING|NOTICE|README|CHANGELOG|AUTHORS|CODEOWNERS|Gemfile|Rakefile|Procfile|Jenkinsfile|Vagrantfile|Brewfile|[Jj]ustfile)$/
const LONGEST_NAME = 400

/**
 * The file that a line names, without the decoration that models put around it; `undefined` where the line is prose. A name
 * has a folder or an extension, is usual without them, stands in backticks, or is a file of the base.
 */
export function fileNameIn(line: ByteText, known: KnownNames = NO_NAMES): ByteText | undefined {
  if (line.length > LONGEST_NAME) return undefined
  const name = withoutDecoration(line)
  if (name.text === '') return undefined
  if (known.has(name.text)) return name.text
  if (/\s/.test(name.text)) return name.labelled && /\.\w+$/.test(name.text) ? name.text : undefined
  return looksLikePath(name.text) || name.labelled || name.quoted ? name.text : undefined
}

function looksLikePath(text: ByteText): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /[,;!?()]$/.test(text)) return false
  return /[^/]\.[\w+-]+$/.test(text) || /[^/]\/[^/]/.test(text) || /^[./].*\w$/.test(text) || USUAL_NAMES.test(text)
}

function withoutDecoration(line: ByteText): { text: ByteText; labelled: boolean; quoted: boolean } {
  const bare = line.trim().replace(/^(?:#+|\/\/|--|[*-]|\d+[.)])\s+/, '')
  const unlabelled = bare.replace(/^[*`"]*(?:file|path|filename|file name)[*`"]*:[*`"]*\s*/i, '')
  return {
    text: unlabelled.replace(/^[*`"]+|[*`":]+$/g, '').trim(),
    labelled: unlabelled !== bare,
    quoted: /^[*]*`[\w.@+-]+`[*]*:?[*]*$/.test(unlabelled),
  }
}

/** Asks the base about the lines before fences and blocks that could be names only if there is such a file. */
export async function knownNames(lines: readonly ByteText[], base: PatchBase): Promise<KnownNames> {
  const known = new Set<ByteText>()
  let last: ByteText | undefined
  for (const line of lines) {
    if (isFenceLine(line) || isBlockStart(line)) {
      const unsure = last !== undefined && last.length <= LONGEST_NAME && fileNameIn(last) === undefined
      const text = unsure ? withoutDecoration(last ?? '').text : ''
      if (text !== '' && (await base.read(text)) !== null) known.add(text)
      if (isFenceLine(line)) continue
    }
    if (line.trim() !== '') last = line
  }
  return known
}

/** For messages: how a name was read, where it was not written plainly. */
export function noteOfName(name: ByteText, line: ByteText): string[] {
  const [plain, written] = [toReadable(name), toReadable(line.trim())]
  return plain === written ? [] : [`the file name ${JSON.stringify(plain)} was read from ${JSON.stringify(written)}`]
}
