export type { Check, CheckContext } from './check.ts'
