import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { inspectTools } from '../src/checks/index.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'patchlane-inspect-'))
  vi.stubEnv('PATH', '')
  vi.stubEnv('VIRTUAL_ENV', '')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true })
})

async function write(path: string, text: string) {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}

it('says which tools a project names, where, and which of them are missing', async () => {
  await write('pyproject.toml', '[tool.ruff]\n[tool.pyright]\n')
  await write('web/.prettierrc', '{}')
  await write('web/node_modules/prettier/package.json', '{"version": "3.0.0", "bin": "bin.js"}')
  await write('.venv/bin/ruff', '')
  const tools = await inspectTools(root, ['pyproject.toml', 'web/.prettierrc'])
  expect(tools.map(({ name, evidence, installed }) => [name, evidence, installed])).toEqual([
    ['ruff format', 'pyproject.toml', true],
    ['prettier', 'web/.prettierrc', true],
    ['ruff check', 'pyproject.toml', true],
    ['pyright', 'pyproject.toml', false],
  ])
})

it('finds Pyright where pip puts it, and a tool that only the configuration names', async () => {
  await write('pyrightconfig.json', '{}')
  await write('.venv/bin/pyright-langserver', '')
  const tools = await inspectTools(root, ['pyrightconfig.json'], { tools: { lint: ['eslint'] } })
  expect(tools).toEqual([
    { kind: 'lint', name: 'eslint', evidence: null, installed: false, install: 'npm install --save-dev eslint' },
    {
      kind: 'diagnostics',
      name: 'pyright',
      evidence: 'pyrightconfig.json',
      installed: true,
      install: expect.stringContaining('pip install pyright'),
    },
  ])
})
