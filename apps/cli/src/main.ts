#!/usr/bin/env node
import nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

// In words, before something that an older Node lacks is missed in the middle of a stack trace.
if (Number(process.versions.node.split('.')[0]) < 22) {
  process.stderr.write(`Patchlane needs Node 22 or newer; this is ${process.version} (${process.execPath}).\n`)
  process.exit(1)
}

// Before anything else is loaded: what node compiled once is not compiled again. In a folder of the user's own, since what lies there is
// run; from source, where every module is a file, it would cost more than it gains.
if (import.meta.url.endsWith('.js')) {
  nodeModule.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'patchlane', 'compiled'))
}

await import('./program-main.ts')
