import { describe, expect, it } from 'vitest'
import { parsePatch } from '../src/formats/index.ts'
import { baseOf, textsAfter } from './formats-base.ts'

const malformed = { code: 'PATCH_QUEUE_MALFORMED_PATCH', remedy: expect.stringMatching(/\w/) }

describe('content of JSON edits', () => {
  it('is refused where it is not valid UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('[{"path":"a.txt","content":"'), Buffer.from([0xff]), Buffer.from('"}]')])
    await expect(parsePatch(bytes, { readBase: baseOf({}) })).rejects.toMatchObject(malformed)
  })

  it.each(['[{"path":"a.txt","content":"\\ud800"}]', `[{"path":"a.txt","content":"${String.fromCharCode(0xd800)}"}]`])(
    'is refused where half a character is left',
    async (patch) => {
      await expect(textsAfter(patch, {})).rejects.toMatchObject(malformed)
    },
  )

  it.each(['%%%', 'YQ', 'YW=J', 'YR=='])('is refused where it is no base 64: %s', async (content) => {
    const patch = JSON.stringify([{ path: 'a.bin', content, encoding: 'base64' }])
    await expect(textsAfter(patch, {})).rejects.toMatchObject(malformed)
  })

  it('does not become the target of a link unless the mode says so', async () => {
    const files: Parameters<typeof textsAfter>[1] = { link: ['target', '120000'] }
    const edit = { path: 'link', content: 'text\n' }
    await expect(textsAfter(JSON.stringify([edit]), files)).rejects.toMatchObject(malformed)
    const { texts } = await textsAfter(JSON.stringify([{ ...edit, mode: '120000' }]), files)
    expect(texts.link).toBe('text\n')
  })
})

describe('keys of JSON edits', () => {
  it.each([
    [{ path: 'a', sed: 's/x/y/' }, 'only "path", "sed"'],
    [{ path: 'a', search: 'x' }, 'lacks "replace"'],
    [{ content: 'x' }, 'lacks "path"'],
    [{ path: 'a', content: 'x', mod: '100644' }, 'keys that do not belong to it: "mod"'],
    [{ path: 'a', mode: '777' }, 'a wrong value for "mode"'],
    [{ path: 'a', old: 'x', find: 'y', replace: 'z' }, '"search" under several names'],
  ])('are named where they are wrong: %j', async (edit, problem) => {
    await expect(textsAfter(JSON.stringify([edit]), {})).rejects.toMatchObject({
      ...malformed,
      message: expect.stringContaining(problem),
    })
  })

  it('are named where they are left out', async () => {
    const { notes } = await textsAfter('{"summary":"x","edits":[{"path":"a.txt","content":"a\\n"}]}', {})
    expect(notes).toEqual(['"summary" beside the edits was left out'])
  })
})
