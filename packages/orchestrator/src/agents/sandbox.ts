import { homedir } from 'node:os'
import { join } from 'node:path'
import { runProcess } from '@patchlane/process'
import { SandboxUnavailableError } from '../errors.ts'

export interface SandboxedCommand {
  readonly file: string
  readonly args: readonly string[]
}

/** Confines an agent's process. */
export interface Sandbox {
  /** As people call it, for doctor and logs. */
  readonly name: string
  /** The command that runs `command` confined, with `directory` as its folder and the one protected place it may write to. */
  wrap(command: SandboxedCommand, directory: string): SandboxedCommand
}

export type SandboxMode = 'auto' | 'off' | 'require'

export interface OpenSandboxOptions {
  /** `auto` confines where the system can; `require` fails where it cannot. */
  readonly mode: SandboxMode
  /**
   * Absolute paths that agents see read-only: git's common directory, the user's checkout, the folder of all workspaces. A workspace
   * inside one of them stays writable for its own agent. The user's own git configuration, where there is one, is always among them.
   */
  readonly protect: readonly string[]
}

/** @throws {SandboxUnavailableError} in mode `require`. Undefined where agents run unconfined. */
export async function openSandbox(options: OpenSandboxOptions): Promise<Sandbox | undefined> {
  if (options.mode === 'off') return undefined
  const ability = await bubblewrapAbility()
  if (ability.works) return bubblewrap([...options.protect, ...userGitConfiguration()], ability.ownProcesses)
  if (options.mode === 'require') throw new SandboxUnavailableError(ability.reason)
  return undefined
}

/** Where the user's own git configuration is: an agent that wrote it would make git run its programs in every repository of the user. */
function userGitConfiguration(): string[] {
  const home = homedir()
  return [join(home, '.gitconfig'), join(process.env.XDG_CONFIG_HOME ?? join(home, '.config'), 'git')]
}

type Ability = { works: true; ownProcesses: boolean } | { works: false; reason: string }

let detected: Promise<Ability> | undefined

/** Whether bubblewrap works here; tried once per process, by running it. */
export function bubblewrapAbility(): Promise<Ability> {
  detected ??= detectBubblewrap()
  return detected
}

async function detectBubblewrap(): Promise<Ability> {
  if (process.platform !== 'linux') return { works: false, reason: 'bubblewrap exists for Linux only' }
  let reason = ''
  for (const ownProcesses of [true, false]) {
    const { file, args } = bubblewrap(['/usr'], ownProcesses).wrap({ file: 'true', args: [] }, '/')
    try {
      const { exitCode, stderr } = await runProcess({ file, args, timeoutMs: 10_000 })
      if (exitCode === 0) return { works: true, ownProcesses }
      reason = stderr.trim().split('\n')[0] ?? `bwrap ended with exit status ${exitCode}`
    } catch {
      return { works: false, reason: 'there is no program bwrap' }
    }
  }
  return { works: false, reason }
}

/** @param ownProcesses sees no other process and dies as one; not everywhere allowed (a container may not mount /proc). */
function bubblewrap(protect: readonly string[], ownProcesses: boolean): Sandbox {
  return {
    name: 'bubblewrap',
    wrap: ({ file, args }, directory) => ({
      file: 'bwrap',
      args: [
        ...['--dev-bind', '/', '/'],
        // A path that is not there (yet) needs no protection, and must not keep the agent from starting.
        ...protect.flatMap((path) => ['--ro-bind-try', path, path]),
        // Bound last: it may lie inside what is protected.
        ...(directory === '/' ? [] : ['--bind', directory, directory]),
        ...(ownProcesses ? ['--unshare-pid', '--proc', '/proc'] : []),
        // Without capabilities not even root can mount the protected paths writable again.
        ...['--cap-drop', 'ALL', '--die-with-parent', '--chdir', directory, '--', file, ...args],
      ],
    }),
  }
}
