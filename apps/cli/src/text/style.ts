import { styleText } from 'node:util'

type Paint = (text: string) => string

/** Colours by meaning; each returns its text unchanged where colour is off. */
export interface Style {
  readonly enabled: boolean
  strong: Paint
  dim: Paint
  good: Paint
  bad: Paint
  warn: Paint
  info: Paint
}

/** Colours that are on or off for good. */
export function createStyle(enabled: boolean): Style {
  const paint =
    (format: Parameters<typeof styleText>[0]): Paint =>
    (text) =>
      enabled && text !== '' ? styleText(format, text, { validateStream: false }) : text
  return {
    enabled,
    strong: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    info: paint('cyan'),
  }
}

/** Whether to colour: `--no-color` before FORCE_COLOR before NO_COLOR before what the stream is. */
export function wantsColor(options: {
  flag: boolean
  env: Readonly<Record<string, string | undefined>>
  isTerminal: boolean
}): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = options.env
  if (!options.flag) return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return options.isTerminal && TERM !== 'dumb'
}
