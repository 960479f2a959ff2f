import DiffMatchPatch, { DIFF_DELETE, DIFF_INSERT } from 'diff-match-patch'

/** A piece of text that both sides have, or only one. */
export interface InlinePiece {
  op: 'kept' | 'removed' | 'added'
  text: string
}

/** What changed within a text, cut where people would cut it: for display only. */
export function inlineDiff(before: string, after: string): InlinePiece[] {
  const engine = new DiffMatchPatch()
  engine.Diff_Timeout = 0.5
  const pieces = engine.diff_main(before, after)
  engine.diff_cleanupSemantic(pieces)
  return pieces.map(([op, text]) => ({
    op: op === DIFF_DELETE ? 'removed' : op === DIFF_INSERT ? 'added' : 'kept',
    text,
  }))
}
