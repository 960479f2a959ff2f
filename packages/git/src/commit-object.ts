import { type ObjectId, objectIdSchema } from '@patchlane/kernel'

export interface Identity {
  name: string
  email: string
  /** UTC, milliseconds; kept to the second, as git does. */
  at: number
}

export interface CommitDraft {
  tree: ObjectId
  parents: readonly ObjectId[]
  message: string
  author: Identity
  /** @default the author */
  committer?: Identity
}

export interface Commit extends Required<Omit<CommitDraft, 'parents'>> {
  oid: ObjectId
  parents: ObjectId[]
}

/** What a commit object holds. The message ends in exactly one line feed. */
export function serializeCommit(draft: CommitDraft): Buffer {
  const lines = [
    `tree ${draft.tree}`,
    ...draft.parents.map((parent) => `parent ${parent}`),
    `author ${identityLine(draft.author)}`,
    `committer ${identityLine(draft.committer ?? draft.author)}`,
    '',
    `${draft.message.replaceAll('\0', '').trimEnd()}\n`,
  ]
  return Buffer.from(lines.join('\n'), 'utf8')
}

function identityLine({ name, email, at }: Identity): string {
  const plain = (text: string) => text.replaceAll(/[<>\n\0]/g, '').trim()
  return `${plain(name) || 'unknown'} <${plain(email)}> ${Math.floor(at / 1000)} +0000`
}

export function parseCommit(oid: ObjectId, content: Buffer): Commit {
  const text = content.toString('utf8')
  const end = text.indexOf('\n\n')
  const headers = (end < 0 ? text : text.slice(0, end)).split('\n')
  const values = (name: string) =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  return {
    oid,
    tree: objectIdSchema.parse(values('tree')[0]),
    parents: values('parent').map((parent) => objectIdSchema.parse(parent)),
    author: parseIdentity(values('author')[0] ?? ''),
    committer: parseIdentity(values('committer')[0] ?? ''),
    message: end < 0 ? '' : text.slice(end + 2),
  }
}

function parseIdentity(line: string): Identity {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<(.*)> (-?\d+)/.exec(line) ?? []
  return { name, email, at: Number(seconds) * 1000 }
}

/**
 * The trailers at the end of a message (`Key: value`, the last paragraph), in order. A repeated key keeps all its values.
 */
export function readTrailers(message: string): Map<string, string[]> {
  const paragraph = message.trimEnd().split(/\n\n+/).at(-1) ?? ''
  const trailers = new Map<string, string[]>()
  for (const line of paragraph.split('\n')) {
    const [, key, value] = /^([A-Za-z0-9-]+): (.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) trailers.set(key, [...(trailers.get(key) ?? []), value])
  }
  return trailers
}
