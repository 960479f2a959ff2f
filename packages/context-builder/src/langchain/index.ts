export { RerankAnswerError } from '../errors.ts'
export { ModelReranker, type ModelRerankerOptions } from './model-reranker.ts'
