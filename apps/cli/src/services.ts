import type { OpenPipeline } from '@patchlane/pipeline'
import type { RunningServer, ServeOptions } from '@patchlane/server'

/** What stands behind the commands; `main.ts` hands it in, loading each part when it is first needed. */
export interface CliServices {
  version: string
  openPipeline: OpenPipeline
  serve(options: ServeOptions): Promise<RunningServer>
}
