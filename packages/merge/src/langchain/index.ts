export { ModelResolver, type ModelResolverOptions } from './model-resolver.ts'
