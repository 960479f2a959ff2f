import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { FileMerger, type MergeResult } from '@patchlane/merge'
import type { MergeCase } from './history.ts'
import type { Answer } from './judge.ts'

/** A merge tool under measurement. */
export interface Tool {
  readonly name: string
  merge(test: MergeCase): Promise<Answer>
  close(): Promise<void>
}

/** Longest time for one file: more than the product's default, since the machine of a measurement may be busy with others. */
const DEADLINE_MS = 30_000

/** The product by its defaults; and the same without the answers that it marks for review, from the same merges. */
export function patchlane(): [all: Tool, unmarked: Tool] {
  const merger = new FileMerger({ deadlineMs: DEADLINE_MS })
  let last: { test: MergeCase; result: Promise<MergeResult> } | undefined
  const merge = async (test: MergeCase, wanted: (result: MergeResult) => boolean): Promise<Answer> => {
    if (last?.test !== test) {
      const { path, base, ours, theirs } = test
      last = { test, result: merger.merge({ path, base, ours, theirs }) }
    }
    try {
      const result = await last.result
      return wanted(result) ? result.content : null
    } catch {
      return undefined
    }
  }
  return [
    { name: 'patchlane', merge: (test) => merge(test, ({ clean }) => clean), close: () => merger.close() },
    {
      name: 'patchlane, unmarked only',
      merge: (test) => merge(test, ({ clean, needsReview }) => clean && !needsReview),
      close: async () => undefined,
    },
  ]
}

const TIMEOUT_MS = 20_000

/** A program that merges three files and writes to its output: 0 clean, other statuses up to 127 conflict. */
export function program(
  name: string,
  file: string,
  args: (files: { base: string; ours: string; theirs: string; path: string }) => string[],
): Tool {
  return {
    name,
    async merge(test) {
      const folder = await mkdtemp(join(tmpdir(), 'merge-bench-'))
      try {
        const name = (side: string) => join(folder, `${side}_${basename(test.path)}`)
        const files = {
          base: name('base'),
          ours: name('ours'),
          theirs: name('theirs'),
          path: test.path,
        }
        await Promise.all([
          writeFile(files.base, test.base),
          writeFile(files.ours, test.ours),
          writeFile(files.theirs, test.theirs),
        ])
        return await answerOf(file, args(files))
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    close: async () => undefined,
  }
}

function answerOf(file: string, args: string[]): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', () => resolve(undefined))
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(chunks))
      else resolve(status !== null && status <= 127 ? null : undefined)
    })
  })
}
