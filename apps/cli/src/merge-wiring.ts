import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { errorMessage } from '@patchlane/kernel'
import { z } from 'zod'
import { UsageError } from './errors.ts'
import type { MergeCommand, MergeCommandIo } from './merge-command.ts'

const markerSize = z.coerce.number().int().min(1).max(1000).optional()

/** `patchlane merge-file BASE OURS THEIRS`: the options of `git merge-file`, and `--json`, `--batch`. */
export const mergeFile: MergeCommand = async (words, io) => {
  const { values, positionals } = parse(words, {
    stdout: { type: 'boolean', short: 'p' },
    quiet: { type: 'boolean', short: 'q' },
    label: { type: 'string', short: 'L', multiple: true },
    path: { type: 'string' },
    json: { type: 'boolean' },
    batch: { type: 'boolean' },
    diff3: { type: 'boolean' },
    zdiff3: { type: 'boolean' },
    ours: { type: 'boolean' },
    theirs: { type: 'boolean' },
    union: { type: 'boolean' },
    'marker-size': { type: 'string' },
  })
  const { FileMerger, linesOf, mergeBatch, runMergeFile } = await import('@patchlane/pipeline/merge')
  const merger = new FileMerger()
  try {
    if (values.batch === true) {
      const input = await io.readStdin()
      for await (const line of mergeBatch(linesOf(chunk(input)), merger)) io.stdout.write(line)
      return 0
    }
    const [base, ours, theirs, ...others] = positionals.map((path) => resolve(io.cwd, path))
    if (base === undefined || ours === undefined || theirs === undefined || others.length > 0) {
      throw new UsageError('merge-file takes three files: BASE OURS THEIRS.', {
        remedy: 'See "patchlane merge-file --help".',
      })
    }
    const favor = (['ours', 'theirs', 'union'] as const).find((side) => values[side] === true)
    const size = markerSize.parse(values['marker-size'])
    return await runMergeFile(
      {
        base,
        ours,
        theirs,
        toStdout: values.stdout === true,
        json: values.json === true,
        quiet: values.quiet === true,
        labels: values.label ?? inOrder(positionals),
        style: values.zdiff3 === true ? 'zdiff3' : values.diff3 === true ? 'diff3' : 'merge',
        ...(values.path === undefined ? {} : { path: values.path }),
        ...(favor === undefined ? {} : { favor }),
        ...(size === undefined ? {} : { markerSize: size }),
      },
      merger,
      outputOf(io),
    )
  } finally {
    await merger.close()
  }
}

/** `patchlane merge-driver %O %A %B %P [%L]`, as git calls it. */
export const mergeDriver: MergeCommand = async (words, io) => {
  const [base, ours, theirs, path, size] = words
  if (base === undefined || ours === undefined || theirs === undefined || path === undefined) {
    throw new UsageError('merge-driver takes %O %A %B %P from git.', {
      remedy: "Set it with: git config merge.patchlane.driver 'patchlane merge-driver %O %A %B %P'",
    })
  }
  const { FileMerger, runMergeDriver } = await import('@patchlane/pipeline/merge')
  const merger = new FileMerger()
  try {
    const [baseFile, oursFile, theirsFile] = [base, ours, theirs].map((file) => resolve(io.cwd, file))
    const length = markerSize.safeParse(size).data
    return await runMergeDriver(
      {
        base: baseFile ?? base,
        ours: oursFile ?? ours,
        theirs: theirsFile ?? theirs,
        path,
        ...(length === undefined ? {} : { markerSize: length }),
      },
      merger,
      outputOf(io),
    )
  } finally {
    await merger.close()
  }
}

/** The names in the markers, in the order in which git gives labels: ours, base, theirs. */
function inOrder([base = '', ours = '', theirs = '']: readonly string[]): string[] {
  return [ours, base, theirs]
}

function outputOf(io: MergeCommandIo) {
  return {
    out: (bytes: Uint8Array) => io.stdout.write(bytes),
    warn: (line: string) => io.stderr.write(`${line}\n`),
  }
}

async function* chunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function parse<Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  words: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true })
  } catch (cause) {
    throw new UsageError(errorMessage(cause), { remedy: 'See "patchlane merge-file --help".', cause })
  }
}
