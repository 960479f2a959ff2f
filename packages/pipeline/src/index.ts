export {
  approvalRuleSchema,
  checksConfigSchema,
  commandCheckConfigSchema,
  configSchema,
  defineConfig,
  type PatchlaneConfig,
  type PatchlaneConfigInput,
} from './config-schema.ts'
export { AmbiguousIdError, ApprovalMismatchError, ConfigError, NotFoundError, TargetError } from './errors.ts'
export { configJsonSchema, type LoadedConfig, loadConfig } from './load-config.ts'
export type { OpenPipeline, OpenPipelineOptions } from './open-pipeline.ts'
export { openPipeline } from './open-pipeline.ts'
export type * from './pipeline.ts'
