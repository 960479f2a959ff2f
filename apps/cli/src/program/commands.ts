import { agentCommands } from './agent-commands.ts'
import type { CommandSpec } from './command-spec.ts'
import { contextCommands } from './context-commands.ts'
import { patchCommands } from './patch-commands.ts'
import { setupCommands } from './setup-commands.ts'

export interface CommandGroup {
  title: string
  commands: readonly CommandSpec[]
}

/** All commands, grouped as `patchlane --help` shows them. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'Start and look:', commands: setupCommands },
  { title: 'Read:', commands: contextCommands },
  { title: 'Patches:', commands: patchCommands },
  { title: 'Agents:', commands: agentCommands },
]
