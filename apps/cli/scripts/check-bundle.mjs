// Run after the build: the bundled program does, in a folder of its own, what needs parts that lie beside the bundle (threads, grammars,
// native code). What a bundler leaves out is seen here, not by whoever installs it.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const program = resolve(import.meta.dirname, '../dist/main.js')
const folder = mkdtempSync(join(tmpdir(), 'patchlane-bundle-'))
const run = (file, ...args) => execFileSync(file, args, { cwd: folder, encoding: 'utf8' })
const patchlane = (...args) => run(process.execPath, program, ...args)

function expect(what, isSo, output) {
  if (!isSo) throw new Error(`The built program fails at: ${what}.\n${output}`)
}

try {
  run('git', 'init', '-q', '-b', 'main')
  mkdirSync(join(folder, 'src'))
  // More files than are read without threads.
  for (let n = 0; n < 60; n++) {
    writeFileSync(join(folder, `src/part${n}.ts`), `/** Part. */\nexport function readPart${n}() {\n  return ${n}\n}\n`)
  }
  run('git', 'add', '-A')
  run('git', '-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'Begin')

  const files = patchlane('context', 'readPart7 returns the wrong number', '--files')
  expect('context', files.startsWith('src/part7.ts\n'), files)
  const hits = JSON.parse(patchlane('symbols', 'readPart7', '--json')).hits
  expect('symbols', hits.length === 1 && hits[0].kind === 'function' && hits[0].line === 2, JSON.stringify(hits))
  const status = JSON.parse(patchlane('status', '--json'))
  expect('status', status.target === 'refs/heads/main', JSON.stringify(status))
  const checks = JSON.parse(patchlane('doctor', '--json')).checks ?? []
  expect('doctor', Array.isArray(checks), JSON.stringify(checks))

  const sides = {
    base: "import a from 'a'\n",
    ours: "import a from 'a'\nimport b from 'b'\n",
    theirs: "import a from 'a'\nimport c from 'c'\n",
  }
  for (const [name, text] of Object.entries(sides)) writeFileSync(join(folder, `${name}.ts`), text)
  const merged = patchlane('merge-file', '-p', 'base.ts', 'ours.ts', 'theirs.ts')
  expect('a merge by syntax', /'b'/.test(merged) && /'c'/.test(merged) && !/<<</.test(merged), merged)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log('The bundle works: threads, grammars and native code are found.')
