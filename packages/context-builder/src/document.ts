import { type DefinitionKind, definitionKinds, type ImportReference } from '@patchlane/syntax'

/** A definition as the index keeps it: enough to find it again in the source. */
export interface IndexedDefinition {
  name: string
  kind: DefinitionKind | 'section'
  startLine: number
  endLine: number
  /** By position in the list; -1 at the top. */
  container: number
}

export type IndexedImport = Pick<ImportReference, 'specifier' | 'form' | 'names'>

export const documentFlags = ['binary', 'generated', 'minified', 'large', 'broken'] as const
export type DocumentFlag = (typeof documentFlags)[number]

/** What the index knows of one blob beside its words. */
export interface DocumentDetails {
  definitions: IndexedDefinition[]
  imports: IndexedImport[]
  packageName: string | null
  /** Made by a program, or not meant to be read. */
  flags: DocumentFlag[]
  bytes: number
}

const kinds = [...definitionKinds, 'section'] as const
const forms = ['module', 'require', 'include', 'system-include', 'child-module'] as const

/** Definitions, imports with their names, package, flags, bytes. */
type StoredDetails = [
  definitions: [name: string, kind: number, startLine: number, endLine: number, container: number][],
  imports: [specifier: string, form: number, ...names: string[]][],
  packageName: string | null,
  flags: number,
  bytes: number,
]

/** Compact: names and numbers in lists, since there are as many as there are definitions in a repository. */
export function encodeDetails(details: DocumentDetails): string {
  return JSON.stringify([
    details.definitions.map((d) => [d.name, kinds.indexOf(d.kind), d.startLine, d.endLine, d.container]),
    details.imports.map((i) => [i.specifier, forms.indexOf(i.form), ...i.names]),
    details.packageName,
    flagBits(details.flags),
    details.bytes,
  ] satisfies StoredDetails)
}

export function decodeDetails(text: string): DocumentDetails {
  // The segment's checksum vouches for the form; a schema at each of 100,000 definitions would cost more than the query.
  const [definitions, imports, packageName, bits, bytes]: StoredDetails = JSON.parse(text)
  return {
    definitions: definitions.map(([name, kind, startLine, endLine, container]) => ({
      name,
      kind: kinds[kind] ?? 'variable',
      startLine,
      endLine,
      container,
    })),
    imports: imports.map(([specifier, form, ...names]) => ({ specifier, form: forms[form] ?? 'module', names })),
    packageName,
    flags: flagsOf(bits),
    bytes,
  }
}

/** Flags as bits, for the segment's own table. */
export function flagBits(flags: readonly DocumentFlag[]): number {
  return flags.reduce((bits, flag) => bits | (1 << documentFlags.indexOf(flag)), 0)
}

export function flagsOf(bits: number): DocumentFlag[] {
  return documentFlags.filter((_, at) => (bits & (1 << at)) !== 0)
}
