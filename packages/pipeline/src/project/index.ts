/** What a project brings along to judge patches with, without the rest of the pipeline: no database, no target. */
export { inspectProject, type ProjectTool } from './inspect-project.ts'
