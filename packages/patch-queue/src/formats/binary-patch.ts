import { deflateSync, inflateSync } from 'node:zlib'
import { MalformedPatchError } from './errors.ts'
import type { BinaryPatch } from './file-edit.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
const VALUES = new Map([...ALPHABET].map((character, value) => [character, value]))
const BYTES_PER_LINE = 52
/** Above this a binary patch is refused instead of inflated. */
const MAX_BINARY_BYTES = 200 * 1024 * 1024

/** Content as git writes it under `GIT binary patch`: deflated, in base 85, 52 bytes a line, each line led by its length. */
export function encodeBinary(content: Uint8Array): string {
  const packed = deflateSync(content)
  const lines: string[] = [`literal ${content.byteLength}`]
  for (let start = 0; start < packed.length; start += BYTES_PER_LINE) {
    const chunk = packed.subarray(start, start + BYTES_PER_LINE)
    const letter = String.fromCharCode(chunk.length <= 26 ? 64 + chunk.length : 70 + chunk.length)
    lines.push(letter + encode85(chunk))
  }
  return `${lines.join('\n')}\n`
}

function encode85(chunk: Uint8Array): string {
  let out = ''
  for (let start = 0; start < chunk.length; start += 4) {
    let word = 0
    for (let offset = 0; offset < 4; offset++) word = word * 256 + (chunk[start + offset] ?? 0)
    let group = ''
    for (let digit = 0; digit < 5; digit++) {
      group = ALPHABET.charAt(word % 85) + group
      word = Math.floor(word / 85)
    }
    out += group
  }
  return out
}

/** Reads one `literal` or `delta` block; `lines` are those after its head. @throws {MalformedPatchError} */
export function decodeBinary(
  kind: BinaryPatch['kind'],
  size: number,
  lines: readonly string[],
  at: number,
): BinaryPatch {
  const remedy = 'Make the diff again with `git diff --binary --full-index`.'
  if (size > MAX_BINARY_BYTES)
    throw new MalformedPatchError(`a binary block claims ${size} bytes`, { line: at, remedy })
  const chunks = lines.map((line, index) => decodeLine(line, at + index))
  try {
    const data = inflateSync(Buffer.concat(chunks), { maxOutputLength: Math.max(size, 1) })
    if (data.length !== size) throw new RangeError(`it holds ${data.length} bytes instead of ${size}`)
    return { kind, data: new Uint8Array(data) }
  } catch (cause) {
    throw new MalformedPatchError('a binary block is damaged', { line: at, remedy, cause })
  }
}

function decodeLine(line: string, at: number): Uint8Array {
  const code = line.charCodeAt(0)
  const length = code <= 90 ? code - 64 : code - 70
  const digits = line.slice(1)
  const bytes = Buffer.alloc(Math.ceil(digits.length / 5) * 4)
  for (let group = 0; group * 5 < digits.length; group++) {
    let word = 0
    for (const character of digits.slice(group * 5, group * 5 + 5)) {
      const value = VALUES.get(character)
      if (value === undefined)
        throw new MalformedPatchError('a binary block has a character outside base 85', { line: at })
      word = word * 85 + value
    }
    if (word > 0xffffffff) throw new MalformedPatchError('a binary block has a group out of range', { line: at })
    bytes.writeUInt32BE(word, group * 4)
  }
  return bytes.subarray(0, length)
}

/** The refusal of a binary patch for content that is not the one it was made from. */
export function binaryMisfit(
  path: string,
  what = 'it was made from other content than the base has',
): MalformedPatchError {
  return new MalformedPatchError(`the binary patch for ${path} does not fit: ${what}`, {
    remedy: 'State the base commit that the diff was made from, or send the whole content.',
  })
}

/** Runs git's delta instructions over the old content. @throws {MalformedPatchError} when they do not fit it. */
export function applyDelta(path: string, before: Uint8Array, delta: Uint8Array): Uint8Array {
  let position = 0
  const next = (): number => {
    const byte = delta[position++]
    if (byte === undefined) throw new MalformedPatchError(`the binary delta for ${path} ends early`)
    return byte
  }
  const readSize = (): number => {
    let size = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = next()
      size += (byte & 127) * factor
      if (byte < 128) return size
    }
  }
  if (readSize() !== before.byteLength) throw binaryMisfit(path)
  const size = readSize()
  if (size > MAX_BINARY_BYTES) throw new MalformedPatchError(`the binary delta for ${path} claims ${size} bytes`)
  const pieces: Uint8Array[] = []
  while (position < delta.byteLength) {
    const command = next()
    if (command < 128) {
      pieces.push(delta.subarray(position, position + command))
      position += command
      continue
    }
    let offset = 0
    let length = 0
    for (let bit = 0; bit < 4; bit++) if (command & (1 << bit)) offset += next() * 256 ** bit
    for (let bit = 0; bit < 3; bit++) if (command & (16 << bit)) length += next() * 256 ** bit
    if (length === 0) length = 0x10000
    if (offset + length > before.byteLength) throw binaryMisfit(path)
    pieces.push(before.subarray(offset, offset + length))
  }
  const result = Buffer.concat(pieces)
  if (result.length !== size) throw binaryMisfit(path)
  return new Uint8Array(result)
}
