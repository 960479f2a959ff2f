import { setPaused } from './set-paused.ts'

export const run = setPaused(false)
