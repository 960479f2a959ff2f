import { END_OF_MODES, type ModePlanInput } from './mode.ts'

const reading = ['read_file', 'list_files', 'search', 'context']

/** Modes of an agent that changes code: look, change, verify, and back while it does not hold. */
export const codingModes = {
  initial: 'explore',
  modes: [
    {
      name: 'explore',
      instructions: 'Find the code that the subtask is about and what depends on it. Change nothing.',
      tools: reading,
      exits: { found: 'edit', impossible: END_OF_MODES },
    },
    {
      name: 'edit',
      instructions: 'Make the smallest change that does what the subtask asks. Touch nothing else.',
      tools: [...reading, 'edit_file', 'create_file', 'delete_file'],
      exits: { edited: 'verify', lost: 'explore' },
    },
    {
      name: 'verify',
      instructions: 'Run the tests that the change can affect and read the whole difference once more.',
      tools: [...reading, 'run_tests', 'show_changes'],
      exits: { holds: END_OF_MODES, fails: 'edit' },
    },
  ],
} satisfies ModePlanInput
