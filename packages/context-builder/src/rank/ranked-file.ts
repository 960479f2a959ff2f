import type { FileRole } from '../role.ts'

/** One file in the order of its role. */
export interface RankedFile {
  /** In the view. */
  position: number
  path: string
  role: FileRole
  /** A whole number; comparable within one list only. */
  score: number
}
