import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openRepository } from './open-repository.ts'

/** What both dumps are told on the command line; makes the folder that `--out` names, and opens each repository with its cases. */
export async function dumpOptions(defaults: { commits: string; window: string }) {
  const { values } = parseArgs({
    options: {
      repo: { type: 'string', multiple: true, default: ['.'] },
      out: { type: 'string' },
      commits: { type: 'string', default: defaults.commits },
      window: { type: 'string', default: defaults.window },
      'max-files': { type: 'string', default: '5' },
      state: { type: 'string' },
    },
  })
  const { out } = values
  if (out === undefined) throw new Error('--out DIR: where it goes.')
  await mkdir(out, { recursive: true })
  const open = (directory: string) =>
    openRepository(directory, {
      state: values.state,
      count: Number(values.commits),
      window: Number(values.window),
      maxFiles: Number(values['max-files']),
      answer: 'implementation',
    })
  return { out, directories: values.repo, open }
}
