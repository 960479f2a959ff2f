import { printHits } from './symbol-hits.ts'

export const run = printHits((pipeline, name) => pipeline.symbols(name), 'is defined nowhere')
