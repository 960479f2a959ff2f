export { createServer, type ServerOptions } from './create-server.ts'
export {
  BodyTooLargeError,
  ExposedWithoutTokensError,
  ForbiddenError,
  InvalidRequestError,
  ListenError,
  PatchNotFoundError,
  RouteNotFoundError,
  SelfApprovalError,
  StreamNotFoundError,
  TokenSpecError,
  UnauthorizedError,
} from './errors.ts'
export type { GateState } from './gate-loop.ts'
export { createLogger, type LoggerOptions } from './logger.ts'
export { httpStatusOf, toProblem } from './problem.ts'
export { type Submission, submissionSchema } from './routes/patches.ts'
export { type RunningServer, type ServeOptions, serve } from './serve.ts'
export { generateTokens, parseTokens, type Role, roles, type Token } from './tokens.ts'
