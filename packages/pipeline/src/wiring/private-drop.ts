import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DroppedFiles, FeedbackDrop } from '@patchlane/orchestrator/agents'

/** Files for one attempt of an agent, in a folder of the system's for temporary ones: `mkdtemp` opens it to this user alone. */
export class PrivateDrop implements FeedbackDrop {
  async open(files: Readonly<Record<string, string>>): Promise<DroppedFiles> {
    const directory = await mkdtemp(join(tmpdir(), 'patchlane-agent-'))
    const path = (name: string) => join(directory, name)
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path(name), text, { mode: 0o600 })))
    return { directory, path, dispose: () => rm(directory, { recursive: true, force: true }) }
  }
}
