import { printHits } from './symbol-hits.ts'

export const run = printHits((pipeline, name) => pipeline.references(name), 'is used nowhere')
