/** The documented forms of everything that `--json` prints; docs/reference/cli.md says which command prints which. */
export {
  contextFilesOutputSchema,
  contextOutputSchema,
  indexOutputSchema,
  mapOutputSchema,
  statusOutputSchema,
  symbolsOutputSchema,
} from './context.ts'
export { errorOutputSchema } from './error.ts'
export {
  agentOutputSchema,
  approvalsOutputSchema,
  gateOutputSchema,
  patchOutputSchema,
  proposeOutputSchema,
  queueListOutputSchema,
  queueShowOutputSchema,
  queueStateOutputSchema,
  undoOutputSchema,
} from './patches.ts'
export { runEventOutputSchema, runOutputSchema } from './run.ts'
export { doctorOutputSchema, initOutputSchema, serveOutputSchema } from './setup.ts'
export {
  eventOutputSchema,
  testOutputSchema,
  workspaceGcOutputSchema,
  workspaceListOutputSchema,
  workspaceRebaseOutputSchema,
  workspaceRescueOutputSchema,
} from './work.ts'
