import { formatClock } from '../text/duration.ts'
import { oneLine } from '../text/sanitize.ts'
import { shortId } from '../text/short-id.ts'
import { isStatus, statusText } from '../text/status-text.ts'
import type { Style } from '../text/style.ts'
import { clip, renderTable } from '../text/table.ts'
import { isEnd, nextOf, track } from './road.ts'
import type { RunModel, RunRow, Stage } from './run-model.ts'

/** Narrower than this, the track and the agents' names are left out; narrower than the second, also what comes next. */
const MEDIUM = 76
const NARROW = 48

export interface RunViewOptions {
  now: number
  width: number
  height: number
  style: Style
}

/**
 * The run as lines: at most `height`, none wider than `width`. Where not all rows fit, those that need eyes come first: at
 * work, asking, waiting, failed, landed.
 */
export function renderRun(model: RunModel, options: RunViewOptions): string[] {
  const { width, height, style } = options
  const head = clip(headLine(model, options), width)
  const room = Math.max(1, height - 2)
  const rows = model.rows.length <= room ? model.rows : mostUrgent(model.rows, Math.max(1, room - 1))
  const lines = [head, ...tableLines(rows, options)]
  const hidden = model.rows.length - rows.length
  if (hidden > 0) lines.push(style.dim(clip(`… and ${hidden} more`, width)))
  return lines.slice(0, Math.max(1, height))
}

function headLine(model: RunModel, { now, style }: RunViewOptions): string {
  const count = (stages: (stage: Stage) => boolean) => model.rows.filter((row) => stages(row.stage)).length
  const parts = [
    [count((stage) => stage === 'landed'), 'landed', style.good],
    [count(isUnderWay), 'under way', style.info],
    [count((stage) => stage === 'awaiting_approval'), 'asking', style.warn],
    [count((stage) => stage === 'waiting'), 'waiting', style.dim],
    [count((stage) => isEnd(stage) && stage !== 'landed'), 'not landed', style.bad],
  ] as const
  const counts = parts.filter(([number]) => number > 0).map(([number, word, paint]) => paint(`${number} ${word}`))
  const title = model.title === '' ? '' : ` ${oneLine(model.title)}`
  return [
    `${style.strong(`run ${shortId(oneLine(model.runId))}`)}${title}`,
    formatClock(now - model.startedAt),
    counts.join(', '),
    oneLine(model.target),
  ]
    .filter((part) => part !== '')
    .join('  ')
}

function tableLines(rows: readonly RunRow[], { now, width, style }: RunViewOptions): string[] {
  const wide = width >= MEDIUM
  const withNext = width >= NARROW
  const columns = [
    { title: 'subtask', yields: 2, min: 8 },
    ...(wide ? [{ title: 'agent', yields: 3, min: 6 }, { title: 'road' }] : []),
    { title: 'status', yields: 5, min: 6 },
    { title: 'time', align: 'right' as const },
    ...(withNext ? [{ title: '', yields: 1, min: 10 }] : []),
  ]
  const cells = rows.map((row) => [
    oneLine(row.subtask),
    ...(wide ? [oneLine(row.agent), track(row.stage)] : []),
    stageText(row.stage, style),
    row.startedAt === undefined ? '' : formatClock((row.endedAt ?? now) - row.startedAt),
    ...(withNext ? [style.dim(nextOf(row))] : []),
  ])
  return renderTable(columns, cells, { width, header: style.dim })
}

function stageText(stage: Stage, style: Style): string {
  if (isStatus(stage)) return statusText(stage, style)
  return stage === 'working' ? style.info('▸ working') : style.dim('· waiting')
}

function isUnderWay(stage: Stage): boolean {
  return stage !== 'waiting' && stage !== 'awaiting_approval' && !isEnd(stage)
}

function mostUrgent(rows: readonly RunRow[], room: number): RunRow[] {
  const rank = ({ stage }: RunRow) =>
    isUnderWay(stage) ? 0 : stage === 'awaiting_approval' ? 1 : stage === 'waiting' ? 2 : stage === 'landed' ? 4 : 3
  const chosen = new Set([...rows].sort((a, b) => rank(a) - rank(b)).slice(0, room))
  return rows.filter((row) => chosen.has(row))
}
