import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

/** The drivers that a fresh process has loaded after running `code`; both are CommonJS inside, so the module cache tells. */
function driversAfter(code: string): string[] {
  const report = `
    const { createRequire } = await import('node:module')
    const names = Object.keys(createRequire(process.cwd() + '/').cache)
    console.log(JSON.stringify(['pg', 'better-sqlite3'].filter((name) => names.some((file) => file.includes('/node_modules/' + name + '/')))))`
  const args = ['--conditions=@patchlane/source', '--input-type=module', '-e', `${code}\n${report}`]
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }))
}

it('loads no driver with the root, and only the one that is needed', () => {
  expect(driversAfter(`await import('@patchlane/database')`)).toEqual([])
  const open = `const { openDatabase } = await import('@patchlane/database'); await openDatabase({ file: ':memory:' })`
  expect(driversAfter(open)).toEqual(['better-sqlite3'])
})
