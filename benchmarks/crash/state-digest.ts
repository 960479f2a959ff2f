import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { inflateSync } from 'node:zlib'
import { locksIn } from './place.ts'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/**
 * A digest of everything in a place that a recovery can see, without what is another each time and means nothing: tokens and ids of
 * processes that are dead, times, inodes, the nonce of the fence. Two places with the same digest are mended the same way.
 */
export function stateDigest(root: string): string {
  const lines: string[] = []
  const visit = (folder: string): void => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      const info = lstatSync(path, { bigint: true })
      const shown = relative(root, path).replaceAll(uuid, '<id>')
      const mode = (info.mode & 0o7777n).toString(8)
      if (info.isDirectory()) {
        if (!/objects\/[0-9a-f]{2}$/.test(shown)) lines.push(`${shown}/ ${mode}`)
        visit(path)
      } else if (info.isSymbolicLink()) {
        lines.push(`${shown} -> ${readlinkSync(path)}`)
      } else {
        const content = describe(root, path, shown, readFileSync(path))
        if (content !== undefined) lines.push(`${shown.replace(/tmp_obj_\w+$/, 'tmp_obj')} ${mode} ${content}`)
      }
    }
  }
  visit(root)
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex')
}

/** What a file says, as far as it matters; undefined for one that does not. */
function describe(root: string, path: string, shown: string, bytes: Buffer): string | undefined {
  if (/objects\/[0-9a-f]{2}\//.test(shown)) {
    if (shown.includes('tmp_obj')) return 'unfinished'
    return isFence(bytes) ? undefined : hash(bytes)
  }
  // Who held the fence before is of no matter to who takes it next; whether it can be read is.
  if (/refs\/patchlane\/fence\//.test(shown)) {
    if (/\blogs\//.test(shown)) return 'log'
    const text = bytes.toString('latin1')
    return /^[0-9a-f]{40}\n?$/.test(text) ? `an id, ${fenceState(path, text.trim())}` : hash(bytes)
  }
  if (bytes.subarray(0, 4).toString('latin1') === 'DIRC') return hash(indexWithoutTimes(bytes))
  const text = bytes.toString('latin1').replaceAll(root, '<root>')
  if (/\.jsonl(?:\.[^/]*)?$/.test(shown)) return journal(bytes.toString('utf8'), root)
  if (/\blogs\//.test(shown)) return hash(text.replaceAll(/ \d{9,10} [+-]\d{4}\t/g, ' <time>\t'))
  return hash(text.replaceAll(uuid, '<id>'))
}

function fenceState(path: string, oid: string): string {
  const objects = join(path.slice(0, path.indexOf('/refs/patchlane/')), 'objects')
  const file = join(objects, oid.slice(0, 2), oid.slice(2))
  if (!existsSync(file)) return 'of nothing'
  const bytes = readFileSync(file)
  return isFence(bytes) ? 'of a fence' : hash(bytes)
}

function isFence(object: Buffer): boolean {
  try {
    return /^blob \d+\0\{"epoch"/.test(inflateSync(object).toString('latin1'))
  } catch {
    return false
  }
}

function journal(text: string, root: string): string {
  const [first = '', ...notes] = text.split('\n')
  const described = notes.flatMap(locksIn).map(({ path, inode }) => {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return `${path} ${found !== undefined && String(found.ino) === inode}`
  })
  const intent = first
    .replaceAll(uuid, '<id>')
    .replaceAll(/"pid":\d+|"startTime":"\d+"|"startedAt":\d+/g, '<when>')
    // The boot's own name is a uuid too: after a power cut it differs in its first letter.
    .replaceAll(/"bootId":"[^"]*"/g, (boot) => (boot.includes('x') ? '<earlier boot>' : '<boot>'))
  return hash([intent, ...described].join('\n').replaceAll(root, '<root>'))
}

/** An index (version 2) without what it knows of files beyond their content. */
function indexWithoutTimes(bytes: Buffer): string {
  const parts: string[] = [String(bytes.readUInt32BE(4))]
  let at = 12
  for (let left = bytes.readUInt32BE(8); left > 0 && at + 62 <= bytes.length; left--) {
    const end = bytes.indexOf(0, at + 62)
    if (end < 0) break
    parts.push(`${bytes.readUInt32BE(at + 24)} ${bytes.toString('hex', at + 40, at + 62)}`)
    parts.push(bytes.toString('latin1', at + 62, end))
    at += Math.ceil((end - at + 1) / 8) * 8
  }
  // Extensions, and whether it is whole; the sum at its end covers the times.
  const whole = createHash('sha1').update(bytes.subarray(0, -20)).digest().equals(bytes.subarray(-20))
  return [...parts, bytes.toString('latin1', at, bytes.length - 20), String(whole)].join('\n')
}

function hash(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 24)
}
