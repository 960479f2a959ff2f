/** What one run came to. */
export interface Outcome {
  start: string
  landed: number
  /** Subtasks that needed more than one attempt. */
  retried: string[]
  /** Subtasks that did not land. */
  rejected: string[]
  reasons: string[]
  /** From the start of the command to its end. */
  seconds: number
  replayEqual: boolean
  /** Landings that git alone could not merge. */
  beyondGit: string[]
  nothingMissing: boolean
  eachGreen: boolean
  nothingLeft: boolean
  failures: string[]
}

/** The runs as a table in Markdown. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const yes = (holds: boolean) => (holds ? 'yes' : '**no**')
  const list = (names: string[]) => (names.length === 0 ? 'none' : names.join(', '))
  const rows = outcomes.map((run, at) =>
    [
      at + 1,
      run.landed,
      list(run.retried),
      list(run.rejected),
      run.seconds.toFixed(1),
      yes(run.replayEqual),
      list(run.beyondGit),
      yes(run.nothingMissing),
      yes(run.eachGreen),
      yes(run.nothingLeft),
    ].join(' | '),
  )
  return [
    `Start: \`${outcomes[0]?.start}\``,
    '',
    '| Run | landed | retried | rejected | seconds | replay equal | merged beyond git | nothing missing | each commit green | nothing left of the rejected |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
    ...outcomes.flatMap(({ reasons }, at) =>
      reasons.map((reason) => `- Run ${at + 1}, ${reason.replaceAll('\n', ' ')}`),
    ),
  ].join('\n')
}
