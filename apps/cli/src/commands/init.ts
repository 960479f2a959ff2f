import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inspectProject } from '@patchlane/pipeline/project'
import type { CommandHandler } from '../command-context.ts'
import { ConfigExistsError } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { initOutputSchema } from '../output/setup.ts'
import { oneLine } from '../text/sanitize.ts'

const FILE = 'patchlane.config.json'
const OTHER_FILES = ['patchlane.config.ts', 'patchlane.config.js', 'patchlane.config.mjs', FILE]
const LOCAL_SCHEMA = 'node_modules/@patchlane/pipeline/schema/config.schema.json'
const PUBLIC_SCHEMA =
  'https://raw.githubusercontent.com/patchlane/patchlane/main/packages/pipeline/schema/config.schema.json'

export const run: CommandHandler = async (context) => {
  const repository = rootOf(context.globals.directory)
  const root = repository ?? context.globals.directory
  // Without git, the folder itself is what patches land on.
  const target = context.globals.target ?? (repository === undefined ? 'dir:.' : undefined)
  const existing = await configurationIn(root)
  if (existing !== undefined) throw new ConfigExistsError(existing)

  const detected = await inspectProject(root)
  const created = join(root, FILE)
  const config = {
    $schema: existsSync(join(root, LOCAL_SCHEMA)) ? `./${LOCAL_SCHEMA}` : PUBLIC_SCHEMA,
    ...(target === undefined ? {} : { target }),
    checks: { format: 'auto', lint: 'auto', hooks: 'auto', diagnostics: 'auto', tests: 'auto' },
  }
  // `wx` refuses an existing file, also one that came to be since we looked.
  await writeFile(created, `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx' }).catch((error: unknown) => {
    if (existsSync(created)) throw new ConfigExistsError(created)
    throw error
  })

  if (context.globals.json) context.emit(initOutputSchema, { created, detected })
  else {
    const { style } = context
    for (const { kind, name, evidence, problem } of detected) {
      context.print(`${kind.padEnd(12)} ${oneLine(name)} ${style.dim(`(${oneLine(evidence)})`)}`)
      if (problem !== undefined) context.print(`${' '.repeat(13)}${style.warn('!')} ${oneLine(problem)}`)
    }
    if (detected.length === 0) context.print('No tools were found; name yours under "checks.commands".')
    context.print(`Wrote ${oneLine(created)}. "auto" uses what is found, "off" runs none.`)
    if (target?.startsWith('dir:'))
      context.print('Patches are written to this folder in place; their history is kept elsewhere.')
    context.note('next: patchlane doctor')
  }
  return exitCodes.done
}

/** The nearest folder upwards that git calls a work tree. */
function rootOf(directory: string): string | undefined {
  if (existsSync(join(directory, '.git'))) return directory
  const parent = dirname(directory)
  return parent === directory ? undefined : rootOf(parent)
}

async function configurationIn(root: string): Promise<string | undefined> {
  const file = OTHER_FILES.find((name) => existsSync(join(root, name)))
  if (file !== undefined) return join(root, file)
  const manifest = join(root, 'package.json')
  const text = await readFile(manifest, 'utf8').catch(() => '{}')
  return hasKey(text, 'patchlane') ? `"patchlane" in ${manifest}` : undefined
}

function hasKey(json: string, key: string): boolean {
  try {
    return Object.hasOwn(Object(JSON.parse(json)), key)
  } catch {
    return false
  }
}
