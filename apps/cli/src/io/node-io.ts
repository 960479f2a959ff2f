import process from 'node:process'
import { buffer } from 'node:stream/consumers'
import type { WriteStream } from 'node:tty'
import type { CliIo, OutputStream } from './cli-io.ts'

/** The process this program runs in. */
export function nodeIo(): CliIo {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    readStdin: () => buffer(process.stdin),
    stdinChunks: () => process.stdin,
    stdinIsTerminal: process.stdin.isTTY === true,
    env: process.env,
    cwd: process.cwd(),
    prompt: async () => (await import('./terminal-prompt.ts')).terminalPrompt(),
    onInterrupt: (listener) => {
      const onInt = () => listener('SIGINT')
      const onTerm = () => listener('SIGTERM')
      process.on('SIGINT', onInt)
      process.on('SIGTERM', onTerm)
      return () => {
        process.off('SIGINT', onInt)
        process.off('SIGTERM', onTerm)
      }
    },
    kill: (code) => process.exit(code),
    now: () => Date.now(),
  }
}

/** A file or a pipe has no edge to keep within. */
const NO_LIMIT = 1000

function outputOf(stream: WriteStream): OutputStream {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    get columns() {
      // A terminal that was given no size says 0.
      return stream.columns || (stream.isTTY === true ? 80 : NO_LIMIT)
    },
    get rows() {
      return stream.rows || 24
    },
    onResize: (listener) => {
      stream.on('resize', listener)
      return () => void stream.off('resize', listener)
    },
  }
}
