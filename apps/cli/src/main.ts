#!/usr/bin/env node
import nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

// Before anything else is loaded: what node compiled once is not compiled again. In a folder of the user's own, since what lies there is
// run; from source, where every module is a file, it would cost more than it gains.
if (import.meta.url.endsWith('.js')) {
  nodeModule.enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'patchlane', 'compiled'))
}

await import('./program-main.ts')
