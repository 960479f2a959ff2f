export { type ExitCode, exitCodeOfKind, exitCodeOfStatuses, exitCodes } from './exit-code.ts'
export type { CliIo, OutputStream, Prompt } from './io/cli-io.ts'
export {
  agentOutputSchema,
  approvalsOutputSchema,
  contextFilesOutputSchema,
  contextOutputSchema,
  doctorOutputSchema,
  errorOutputSchema,
  eventOutputSchema,
  gateOutputSchema,
  indexOutputSchema,
  initOutputSchema,
  mapOutputSchema,
  patchOutputSchema,
  queueListOutputSchema,
  queueShowOutputSchema,
  queueStateOutputSchema,
  runEventOutputSchema,
  runOutputSchema,
  serveOutputSchema,
  statusOutputSchema,
  symbolsOutputSchema,
  testOutputSchema,
  undoOutputSchema,
  workspaceGcOutputSchema,
  workspaceListOutputSchema,
  workspaceRebaseOutputSchema,
  workspaceRescueOutputSchema,
} from './output/index.ts'
export { runCli } from './run-cli.ts'
export type { CliServices } from './services.ts'
