export interface PlannedSubtask {
  id: string
  command: readonly string[]
  dependsOn?: readonly string[]
}

/** The text of a plan of command agents. */
export function planOf(subtasks: readonly PlannedSubtask[]): string {
  return JSON.stringify({
    title: 'Acceptance',
    subtasks: subtasks.map(({ command, ...subtask }) => ({
      title: `Subtask ${subtask.id}`,
      agent: { kind: 'command', command },
      ...subtask,
    })),
  })
}

/** All there is, once it ends. */
export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}
