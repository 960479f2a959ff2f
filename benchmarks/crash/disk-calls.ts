import { isAbsolute, resolve } from 'node:path'
import type { DiskCall } from './disk-model.ts'

/** What strace has to be asked for, so that {@link parseCalls} understands it. */
export const straceOptions = [
  ...['-f', '-qq', '-xx', '-y', '-s', '10000000', '-e', 'signal=none', '-e'],
  'trace=openat,write,pwrite64,writev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,chmod,fchmod,fchmodat,ftruncate,fsync,fdatasync',
]

/**
 * Reads what strace wrote down of a process and its children, threads interleaved. Files are written from their beginning or at their end
 * by everything we look at, so that each write is an append.
 *
 * @param said what the process prints when it says that it is done.
 */
export function parseCalls(log: string, said: string): DiskCall[] {
  const begun = new Map<string, { text: string; at: number }>()
  const calls: (DiskCall | undefined)[] = []
  const folders = new Map<string, string>()
  for (const line of log.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    // Calls that take a bare path do not tell the folder it starts from; `openat` does, and git opens before it changes anything.
    const folder = pathOfHandle(/AT_FDCWD<[^>]*>/.exec(rest)?.[0] ?? '')
    if (folder !== undefined) folders.set(pid, folder)
    const unfinished = /^(.*?) ?<unfinished \.\.\.>$/.exec(rest)
    if (unfinished !== null) {
      // A sync covers what was there when it began.
      begun.set(pid, { text: unfinished[1] ?? '', at: calls.length })
      calls.push(undefined)
      continue
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    const before = resumed === null ? undefined : begun.get(pid)
    const text = before === undefined ? rest : `${before.text}${resumed?.[1] ?? ''}`
    const call = parseCall(text, folders.get(pid) ?? '/', said)
    if (call?.call === 'sync' && before !== undefined) calls[before.at] = call
    else if (call !== undefined) calls.push(call)
  }
  return calls.filter((call) => call !== undefined)
}

function parseCall(text: string, cwd: string, said: string): DiskCall | undefined {
  const [, name = '', list = '', result = ''] = /^(\w+)\((.*)\) += (\S+)/s.exec(text) ?? []
  if (name === '' || result.startsWith('-') || result === '?') return undefined
  const args = splitArguments(list)
  const [first = '', second = '', third = '', fourth = ''] = args
  const at = (folder: string, path: string) => resolve(pathOfHandle(folder) ?? cwd, textOf(path))
  switch (name) {
    case 'openat': {
      const path = at(first, second)
      if (!/O_CREAT|O_TRUNC/.test(third)) return undefined
      const mode = fourth === '' ? 0o644 : Number.parseInt(fourth, 8) & ~0o022
      return { call: 'create', path, mode, truncate: third.includes('O_TRUNC') }
    }
    case 'write': {
      const bytes = bytesOf(second).subarray(0, Number(result))
      if (/^1</.test(first) && bytes.toString() === said) return { call: 'said' }
      const path = pathOfHandle(first)
      return path === undefined ? undefined : { call: 'append', path, bytes }
    }
    case 'writev':
    case 'pwrite64': {
      const path = pathOfHandle(first)
      if (path === undefined) return undefined
      const parts =
        name === 'writev' ? [...second.matchAll(/iov_base="([^"]*)"/g)].map((part) => part[1] ?? '') : [second]
      const bytes = Buffer.concat(parts.map(bytesOf)).subarray(0, Number(result))
      return { call: 'append', path, bytes }
    }
    case 'rename':
    case 'link':
      return { call: name, from: at('', first), to: at('', second) }
    case 'renameat':
    case 'renameat2':
      return { call: 'rename', from: at(first, second), to: at(third, fourth) }
    case 'linkat':
      return { call: 'link', from: at(first, second), to: at(third, fourth) }
    case 'unlink':
    case 'rmdir':
      return { call: name, path: at('', first) }
    case 'unlinkat':
      return { call: 'unlink', path: at(first, second) }
    case 'mkdir':
      return { call: 'mkdir', path: at('', first) }
    case 'mkdirat':
      return { call: 'mkdir', path: at(first, second) }
    case 'symlink':
      return { call: 'symlink', path: at('', second), destination: textOf(first) }
    case 'symlinkat':
      return { call: 'symlink', path: at(second, third), destination: textOf(first) }
    case 'chmod':
      return { call: 'chmod', path: at('', first), mode: Number.parseInt(second, 8) }
    case 'fchmod': {
      const path = pathOfHandle(first)
      return path === undefined ? undefined : { call: 'chmod', path, mode: Number.parseInt(second, 8) }
    }
    case 'fchmodat':
      return { call: 'chmod', path: at(first, second), mode: Number.parseInt(third, 8) }
    case 'ftruncate': {
      const path = pathOfHandle(first)
      return path === undefined ? undefined : { call: 'truncate', path, length: Number(second) }
    }
    default: {
      const path = pathOfHandle(first)
      return path === undefined ? undefined : { call: 'sync', path }
    }
  }
}

function splitArguments(list: string): string[] {
  const args: string[] = []
  let depth = 0
  let quoted = false
  let start = 0
  for (let at = 0; at < list.length; at++) {
    const char = list[at]
    if (char === '"') quoted = !quoted
    else if (quoted) continue
    else if (char === '[' || char === '{') depth++
    else if (char === ']' || char === '}') depth--
    else if (char === ',' && depth === 0) {
      args.push(list.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...args, list.slice(start).trim()]
}

function bytesOf(quoted: string): Buffer {
  return Buffer.from(quoted.replaceAll(/^"|"(?:\.\.\.)?$/g, '').replaceAll('\\x', ''), 'hex')
}

function textOf(quoted: string): string {
  return bytesOf(quoted).toString('utf8')
}

/** `3</path>`, with the path in hex. */
function pathOfHandle(handle: string): string | undefined {
  const [, hex = ''] = /^(?:\d+|AT_FDCWD)<(.*)>(?:\(deleted\))?$/s.exec(handle) ?? []
  const path = hex.startsWith('\\x') ? Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString('utf8') : hex
  return isAbsolute(path) ? path : undefined
}
