/** A stream that text goes to. */
export interface OutputStream {
  /** Text, or bytes as they are: the content of a file. */
  write(text: string | Uint8Array): void
  readonly isTerminal: boolean
  /** Columns and rows of the terminal; many columns where it is none. */
  readonly columns: number
  readonly rows: number
  /** Calls back when the terminal changes its size; the result stops that. */
  onResize(listener: () => void): () => void
}

/** What a person is asked. Both answer undefined when the person breaks off. */
export interface Prompt {
  select<T extends string>(question: string, choices: readonly { value: T; label: string }[]): Promise<T | undefined>
  confirm(question: string): Promise<boolean | undefined>
}

/** Everything the program needs of the process it runs in, so that tests can stand in for it. */
export interface CliIo {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** Reads standard input to its end. */
  readStdin(): Promise<Uint8Array>
  /** Standard input as it comes. */
  stdinChunks(): AsyncIterable<Uint8Array>
  readonly stdinIsTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  prompt(): Promise<Prompt>
  /** Calls back on SIGINT and SIGTERM; the result stops that. */
  onInterrupt(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
  /** Ends the process at once. */
  kill(code: number): void
  now(): number
}
