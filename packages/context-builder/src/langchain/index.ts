export { ModelReranker, type ModelRerankerOptions } from './model-reranker.ts'
