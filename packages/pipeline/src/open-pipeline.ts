import type { PatchlaneConfigInput } from './config-schema.ts'
import type { Pipeline } from './pipeline.ts'

export interface OpenPipelineOptions {
  /** Any folder inside the repository. */
  directory: string
  /** Wins over the target of the configuration. */
  target?: string
  /** A configuration file to use instead of the one found. */
  configFile?: string
  /** Wins over what the configuration file says. */
  overrides?: PatchlaneConfigInput
}

/** Opens a repository with its configuration, recovers what a dead process left, and wires everything. */
export type OpenPipeline = (options: OpenPipelineOptions) => Promise<Pipeline>
