export {
  approvalRuleSchema,
  checksConfigSchema,
  commandCheckConfigSchema,
  configSchema,
  defineConfig,
  type PatchlaneConfig,
  type PatchlaneConfigInput,
} from './config-schema.ts'
export type { OpenPipeline, OpenPipelineOptions } from './open-pipeline.ts'
export type * from './pipeline.ts'
