import { join } from 'node:path'
import { inspectTools } from '@patchlane/apply-gateway/checks'
import { detectTestRunners, listProjectFiles } from '@patchlane/test-runner'
import { checksConfigSchema, type PatchlaneConfig } from '../config-schema.ts'

/** A tool that would judge patches of a project. */
export interface ProjectTool {
  kind: 'format' | 'lint' | 'hooks' | 'diagnostics' | 'tests'
  name: string
  /** What in the project names it, for people. */
  evidence: string
  /** Why it could not run today, and what to do; undefined if it could. */
  problem?: string
}

/**
 * Which of a project's own tools the gateway would use on a patch, and which of them are not installed. Runs nothing of the project's.
 * @throws {UnknownToolError} for a tool in the configuration that is not known
 */
export async function inspectProject(
  directory: string,
  checks: PatchlaneConfig['checks'] = checksConfigSchema.parse({}),
): Promise<ProjectTool[]> {
  const files = await listProjectFiles(directory)
  const { format, lint, hooks, diagnostics } = checks
  const tools = await inspectTools(directory, files, { tools: { format, lint, hooks, diagnostics } })
  return [
    ...tools.map(({ kind, name, evidence, installed, install }) => ({
      kind,
      name,
      evidence: evidence ?? 'the configuration of Patchlane',
      ...(installed ? {} : { problem: `not installed (${install})` }),
    })),
    ...(checks.tests === 'off' ? [] : await inspectTests(directory, files)),
  ]
}

async function inspectTests(directory: string, files: readonly string[]): Promise<ProjectTool[]> {
  const projects = await detectTestRunners({ directory, files })
  return Promise.all(
    projects.map(async (project) => {
      const problem = await project.runner.whyUnavailable?.(join(directory, project.directory))
      return {
        kind: 'tests' as const,
        name: project.runner.name,
        evidence: project.directory === '' ? project.reason : `${project.directory}: ${project.reason}`,
        ...(problem === undefined ? {} : { problem }),
      }
    }),
  )
}
