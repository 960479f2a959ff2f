import { type DestinationStream, type Logger, pino } from 'pino'

export interface LoggerOptions {
  /** @default 'info' */
  level?: string
  /** Where lines go. @default standard error, so that standard output stays free for what a caller reads */
  destination?: DestinationStream
}

/** A logger that writes JSON lines and never a secret: what could hold one is cut out before it is written. */
export function createLogger(options: LoggerOptions = {}): Logger {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      redact: {
        paths: [
          'authorization',
          'secret',
          'token',
          'tokens',
          '*.authorization',
          '*.secret',
          '*.token',
          'req.headers.authorization',
          'req.headers.cookie',
          'headers.authorization',
          'headers.cookie',
        ],
        censor: '[redacted]',
      },
    },
    options.destination ?? pino.destination(2),
  )
}
