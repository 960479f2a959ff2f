// Holds the house together: import rules (.dependency-cruiser.mjs), and what every package must contain.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseChangesetFile } from '@changesets/parse'

const problems = []

const cruise = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.mjs', '--output-type', 'err-long', 'packages', 'apps'],
  { encoding: 'utf8' },
)
if (cruise.status !== 0) problems.push(cruise.stdout || cruise.stderr)

/** Names of packages that some changeset releases. One that cannot be read would stop a release. */
const released = new Set()
for (const file of globSync('.changeset/*.md')) {
  try {
    for (const { name } of parseChangesetFile(readFileSync(file, 'utf8')).releases) released.add(name)
  } catch (error) {
    problems.push(`${file}: ${error.message.split('\n')[0]}`)
  }
}

for (const parent of ['packages', 'apps']) {
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name)
    const manifestFile = join(folder, 'package.json')
    if (!existsSync(manifestFile)) continue
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))
    const readme = existsSync(join(folder, 'README.md')) ? readFileSync(join(folder, 'README.md'), 'utf8') : ''
    if (readme.length < 400) problems.push(`${folder}: README.md is missing or says too little`)
    if (!existsSync(join(folder, 'CHANGELOG.md')) && !released.has(manifest.name))
      problems.push(`${folder}: no changeset names ${manifest.name}`)
    for (const [key, target] of Object.entries(manifest.exports ?? {})) {
      const source = typeof target === 'object' ? target['@patchlane/source'] : undefined
      if (source && !existsSync(join(folder, source))) problems.push(`${folder}: export ${key} has no ${source}`)
    }
    const tests = globSync('test/**/*.test.ts', { cwd: folder })
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n')
    for (const suite of globSync('src/testing/*contract*.ts', { cwd: folder })) {
      const exported = /export (?:async )?function (\w+Contract)\b/.exec(readFileSync(join(folder, suite), 'utf8'))?.[1]
      if (exported && !tests.includes(`${exported}(`)) problems.push(`${folder}: no test runs ${exported}`)
    }
    if (parent === 'packages' && name !== 'kernel' && tests === '') problems.push(`${folder}: has no tests`)
  }
}

/** Words of casts and escapes that strictness forbids; `as const` and imports by another name are fine. */
const escapes = /(\bas (?:any|never|unknown)\b|: any\b|<any>|@ts-(?:ignore|expect-error|nocheck))/
for (const file of globSync('{packages,apps}/*/src/**/*.ts')) {
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      if (escapes.test(line) && !/^\s*(?:\*|\/[/*])/.test(line))
        problems.push(`${file}:${index + 1}: escapes the type system: ${line.trim()}`)
    })
}

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exit(1)
}
console.log('The house stands: imports, exports, READMEs, changesets and contract suites are in order.')
