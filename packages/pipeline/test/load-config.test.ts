import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configJsonSchema, loadConfig } from '../src/index.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'patchlane-config-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFile(join(root, name), text)

describe('loadConfig', () => {
  it('works with nothing configured', async () => {
    const { config, file } = await loadConfig({ root })
    expect(file).toBeNull()
    expect(config).toMatchObject({
      concurrency: 10,
      attempts: 3,
      checks: { format: 'auto' },
      staleness: { policy: 'readSet' },
    })
  })

  it.each([
    ['patchlane.config.json', '{"concurrency": 4}'],
    ['patchlane.config.js', 'export default { concurrency: 4 }'],
    ['patchlane.config.ts', 'const n: number = 4\nexport default { concurrency: n }'],
    ['package.json', '{"name": "x", "patchlane": {"concurrency": 4}}'],
  ])('reads %s', async (name, text) => {
    if (name.endsWith('.js')) await write('package.json', '{"type": "module"}')
    await write(name, text)
    const { config, file } = await loadConfig({ root })
    expect(config.concurrency).toBe(4)
    expect(file).toBe(join(root, name))
  })

  it('does not look above the root', async () => {
    await write('patchlane.config.json', '{"concurrency": 4}')
    await mkdir(join(root, 'inner'))
    expect((await loadConfig({ root: join(root, 'inner') })).file).toBeNull()
  })

  it('names an unknown key and those it could be, however deep', async () => {
    await write('patchlane.config.json', '{"checks": {"formt": "off"}}')
    await expect(loadConfig({ root })).rejects.toMatchObject({
      code: 'PIPELINE_CONFIG_INVALID',
      message: expect.stringMatching(/unknown key checks\.formt \(known here: .*format/),
    })
  })

  it('says which value is wrong, and which file cannot be read', async () => {
    await write('patchlane.config.json', '{"concurrency": 0}')
    await expect(loadConfig({ root })).rejects.toThrow(/concurrency: /)
    await write('patchlane.config.json', '{')
    await expect(loadConfig({ root })).rejects.toThrow(/cannot be read/)
    await expect(loadConfig({ root, file: join(root, 'none.json') })).rejects.toThrow(/none\.json/)
  })

  it('lets overrides win', async () => {
    await write('patchlane.config.json', '{"concurrency": 4, "attempts": 2}')
    expect((await loadConfig({ root, overrides: { concurrency: 6 } })).config).toMatchObject({
      concurrency: 6,
      attempts: 2,
    })
  })
})

it('publishes the JSON schema that the code has', async () => {
  const published: unknown = JSON.parse(
    await readFile(join(import.meta.dirname, '../schema/config.schema.json'), 'utf8'),
  )
  expect(published, 'run node --conditions=@patchlane/source packages/pipeline/scripts/write-schema.ts').toEqual(
    configJsonSchema(),
  )
})
