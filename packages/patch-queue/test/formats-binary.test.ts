import { deflateSync } from 'node:zlib'
import { fileChangeSchema } from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import { expect, it } from 'vitest'
import { renderDiff } from '../src/formats/index.ts'
import { textsAfter } from './formats-base.ts'

const before = new Uint8Array([0, 1, 2, 3])
const other = new Uint8Array([0, 9, 9, 9])
const version = versionOf(before)
const after = versionOf(new Uint8Array([0, 5]))
const modification = renderDiff([fileChangeSchema.parse({ kind: 'modify', path: 'f.bin', before: version, after })])
const deletion = renderDiff([fileChangeSchema.parse({ kind: 'delete', path: 'f.bin', before: version })])

it.each([
  ['modification', modification],
  ['deletion', deletion],
])('refuses the %s of binary content that the base does not have', async (_, patch) => {
  const { parsed } = await textsAfter(patch, { 'f.bin': before })
  expect(parsed.notes).toEqual([])
  await expect(textsAfter(patch, { 'f.bin': other })).rejects.toMatchObject({ code: 'PATCH_QUEUE_MALFORMED_PATCH' })
})

it('refuses a binary patch whose result is not the one it names', async () => {
  const patch = modification.replace(`..${after.oid}`, `..${'1'.repeat(40)}`)
  await expect(textsAfter(patch, { 'f.bin': before })).rejects.toMatchObject({ code: 'PATCH_QUEUE_MALFORMED_PATCH' })
})

it('refuses a delta that does not name the content it changes', async () => {
  // Four bytes become two, both of them new: it would fit any content of four bytes.
  const packed = deflateSync(new Uint8Array([4, 2, 2, 7, 8]))
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~'
  let encoded = ''
  for (let start = 0; start < packed.length; start += 4) {
    let word = 0
    for (let at = 0; at < 4; at++) word = word * 256 + (packed[start + at] ?? 0)
    encoded += [4, 3, 2, 1, 0].map((power) => digits.charAt(Math.floor(word / 85 ** power) % 85)).join('')
  }
  const line = String.fromCharCode(64 + packed.length) + encoded
  const patch = `diff --git a/f.bin b/f.bin\nGIT binary patch\ndelta 5\n${line}\n\n`
  await expect(textsAfter(patch, { 'f.bin': before })).rejects.toMatchObject({
    code: 'PATCH_QUEUE_MALFORMED_PATCH',
    message: expect.stringContaining('full blob id'),
  })
})
