/** Two lines of each queue, so that what is only submitted is not in the way of what is timed. */
export type Line = 'main' | 'rate'

/** A queue as the benchmark drives it: one submitter and one worker, each with connections of its own. */
export interface Contestant {
  name: string
  /** Resolves when the submission is as durable as the server makes it. */
  submit(line: Line, id: string): Promise<void>
  /** Starts one worker on the line `main`; `started` is told the id of what it begins. @returns what stops it. */
  work(started: (id: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** What each job carries, beside its id: about a small patch. */
export const payload = { title: 'A patch', path: 'file.txt', before: 'old\n', after: 'new\n' }
