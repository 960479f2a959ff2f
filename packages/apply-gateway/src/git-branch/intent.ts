import { appendFile, link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { objectIdSchema, patchIdSchema } from '@patchlane/kernel'
import { type ProcessIdentity, processIdentitySchema } from '@patchlane/process'
import { z } from 'zod'
import { hasCode, removeFile, syncFolder } from '../files.ts'

const entrySchema = z.object({ mode: z.string(), oid: objectIdSchema }).nullable()

/** One path of a landing: how it is before and after. */
export const intentPathSchema = z.object({ path: z.string(), before: entrySchema, after: entrySchema })
export type IntentPath = z.infer<typeof intentPathSchema>

const checkoutSchema = z.object({
  gitDir: z.string(),
  workTree: z.string(),
  paths: z.array(intentPathSchema),
  /** Folders that the landing will make, deepest first. */
  newFolders: z.array(z.string()),
})
/** The worktree of a landing, and what is to change in it. */
export type LandingCheckout = z.infer<typeof checkoutSchema>

/** What a landing is about to do, written down before it does anything. */
export const intentSchema = z.object({
  patchId: patchIdSchema,
  ref: z.string(),
  old: objectIdSchema,
  new: objectIdSchema,
  owner: processIdentitySchema,
  /** When it was written down, UTC in milliseconds by the clock of files: no lock of this landing is older. */
  startedAt: z.number().default(0),
  /** Names this landing in lock files. */
  token: z.string(),
  /** Null when the branch is not checked out anywhere. */
  checkout: checkoutSchema.nullable(),
})
export type Intent = z.infer<typeof intentSchema>

const noteSchema = z.discriminatedUnion('note', [
  /** A git process of this landing, to be waited for or ended before anything is repaired. */
  z.object({ note: z.literal('child'), process: processIdentitySchema }),
  /** Lock files that git made for this landing. */
  z.object({ note: z.literal('locks'), files: z.array(z.object({ path: z.string(), inode: z.string() })) }),
])
export type IntentNote = z.infer<typeof noteSchema>

/** The journal of one landing: the intent, and what became known since. */
export interface OpenIntent {
  intent: Intent
  children: ProcessIdentity[]
  locks: { path: string; inode: string }[]
}

/**
 * One file per target. The intent is durable before anything else happens; notes are appended without a sync of their own, because they
 * matter after a kill, not after a power cut.
 */
export class IntentJournal {
  readonly #file: string
  #isFolderDurable = false

  constructor(file: string) {
    this.#file = file
  }

  /**
   * False, and nothing written, while another landing is open: a writer that was overtaken in its sleep must not write over the
   * journal of the one that overtook it.
   */
  async begin(intent: Intent): Promise<boolean> {
    const folder = dirname(this.#file)
    const own = `${this.#file}.${intent.token}`
    await this.#makeFolder(folder)
    try {
      await writeFile(own, `${JSON.stringify(intent)}\n`, { flush: true })
      await link(own, this.#file)
      await syncFolder(folder)
      return true
    } catch (thrown) {
      if (hasCode(thrown, 'EEXIST')) return false
      throw thrown
    } finally {
      await removeFile(own)
    }
  }

  /** A journal is found after a power cut only if the names on the way to it are: whoever made them may not have come to sync them. */
  async #makeFolder(folder: string): Promise<void> {
    const made = await mkdir(folder, { recursive: true })
    if (made === undefined && this.#isFolderDurable) return
    const parent = dirname(folder)
    await Promise.all([parent, dirname(parent)].map(syncFolder))
    this.#isFolderDurable = true
  }

  async note(note: IntentNote): Promise<void> {
    await appendFile(this.#file, `${JSON.stringify(note)}\n`)
  }

  /**
   * This landing is open no more, also after a power cut: by then people may have changed what the landing wrote. The journal of another
   * one stays.
   */
  async end(landing: Pick<Intent, 'token'>): Promise<void> {
    if (!(await this.isOpen(landing))) return
    await removeFile(this.#file)
    await syncFolder(dirname(this.#file))
  }

  async isOpen({ token }: Pick<Intent, 'token'>): Promise<boolean> {
    return (await this.read())?.intent.token === token
  }

  /** Removes intents of writers that died before they were on record. */
  async sweep(): Promise<void> {
    const folder = dirname(this.#file)
    const names = await readdir(folder).catch(() => [])
    for (const name of names) if (name.startsWith(`${basename(this.#file)}.`)) await removeFile(join(folder, name))
  }

  async read(): Promise<OpenIntent | undefined> {
    const text = await readFile(this.#file, 'utf8').catch((thrown: unknown) => {
      if (hasCode(thrown, 'ENOENT')) return undefined
      throw thrown
    })
    if (text === undefined) return undefined
    const [first = '', ...lines] = text.split('\n')
    const open: OpenIntent = {
      intent: intentSchema.parse(JSON.parse(first)),
      children: [],
      locks: [],
    }
    for (const line of lines) {
      const note = noteSchema.safeParse(parseJson(line))
      // A line cut short by a kill says nothing.
      if (!note.success) continue
      if (note.data.note === 'child') open.children.push(note.data.process)
      else open.locks.push(...note.data.files)
    }
    return open
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
