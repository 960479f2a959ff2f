import { access, constants, statfs } from 'node:fs/promises'
import { MINIMUM_GIT_VERSION, requireGit } from '@patchlane/git'
import { errorMessage, PatchlaneError } from '@patchlane/kernel'
import { bubblewrapAbility } from '@patchlane/orchestrator/agents'
import type { PatchlaneConfig } from '../config-schema.ts'
import type { Diagnosis } from '../pipeline.ts'
import { inspectProject, type ProjectTool } from '../project/inspect-project.ts'
import { keyOf } from '../wiring/chat-model.ts'
import type { RepositoryContext } from '../wiring/repository-context.ts'
import type { Stores } from '../wiring/stores.ts'

type Finding = Pick<Diagnosis, 'detail'> & Partial<Pick<Diagnosis, 'state' | 'remedy'>>

/** Looks at all that Patchlane leans on, and says of each thing whether it will hold. Changes nothing. */
export async function diagnose(parts: {
  context: RepositoryContext
  config: PatchlaneConfig
  configFile: string | null
  stores: Stores
  workspaceRoot: string
}): Promise<Diagnosis[]> {
  const { context, config, configFile, stores, workspaceRoot } = parts
  const { git } = context
  const inspection = git.workTree === null ? null : inspectProject(git.workTree, config.checks)
  // Each check that asks says what went wrong; nobody may be asking yet when it does.
  inspection?.catch(() => {})
  const tools = async () => inspection
  const checks: [string, () => Promise<Finding>][] = [
    ['node', async () => ({ detail: process.version })],
    ['git', async () => ({ detail: `${await requireGit()} (${MINIMUM_GIT_VERSION} or newer is needed)` })],
    ['repository', async () => ({ detail: `${context.repoId}, ${git.workTree ?? `bare, in ${git.commonDir}`}` })],
    ['target', async () => ({ detail: `${context.target} at ${(await git.resolve(context.ref)).slice(0, 12)}` })],
    ['configuration', async () => ({ detail: configFile ?? 'none, so everything has its default' })],
    [
      'database',
      async () => ({
        detail: `${stores.database.dialect}, its clock says ${new Date(await stores.database.now()).toISOString()}`,
      }),
    ],
    ['checkout', () => checkoutFinding(git)],
    ['agents', () => sandboxFinding(config)],
    ['checks', async () => checksFinding(await tools(), config)],
    ['tests', async () => testFinding(await tools(), config)],
    ['models', async () => modelFinding(config)],
    ['workspaces', () => diskFinding(workspaceRoot, git.commonDir)],
  ]
  return Promise.all(
    checks.map(async ([name, look]) => {
      try {
        return { name, state: 'ok' as const, ...(await look()) }
      } catch (error) {
        const remedy = PatchlaneError.is(error) ? error.remedy : undefined
        return {
          name,
          state: 'error' as const,
          detail: errorMessage(error),
          ...(remedy === undefined ? {} : { remedy }),
        }
      }
    }),
  )
}

async function checkoutFinding(git: RepositoryContext['git']): Promise<Finding> {
  if (git.workTree === null) return { detail: 'none' }
  const dirty = await git.status()
  if (dirty.length === 0) return { detail: 'no uncommitted work' }
  const detail = `${dirty.length} files with uncommitted work; agents do not see it, and it is never touched`
  return { detail, state: 'warning', remedy: 'Commit it if agents should start from it.' }
}

async function sandboxFinding(config: PatchlaneConfig): Promise<Finding> {
  if (config.agents.sandbox === 'off')
    return { detail: 'run unconfined, by configuration; changes to git are detected' }
  const ability = await bubblewrapAbility()
  if (ability.works) return { detail: 'run in bubblewrap; git and the checkout are read-only to them' }
  return {
    detail: `run unconfined: ${ability.reason}; changes to git are detected`,
    state: config.agents.sandbox === 'require' ? 'error' : 'warning',
    remedy: 'Install bubblewrap to confine agents.',
  }
}

async function checksFinding(tools: readonly ProjectTool[] | null, config: PatchlaneConfig): Promise<Finding> {
  if (tools === null) return { detail: 'found when a patch is staged' }
  const own = tools.filter((tool) => tool.kind !== 'tests')
  const commands = config.checks.commands.map((command) => command.name)
  if (own.length + commands.length > 0) return presence(own, commands)
  return { detail: 'no formatter, linter or type checker is configured in the project', state: 'warning' }
}

async function testFinding(tools: readonly ProjectTool[] | null, config: PatchlaneConfig): Promise<Finding> {
  if (config.checks.tests === 'off') return { detail: 'off, by configuration' }
  if (tools === null) return { detail: 'found when a patch is staged' }
  const runners = tools.filter((tool) => tool.kind === 'tests')
  if (runners.length > 0) return presence(runners, [])
  return {
    detail: 'no test runner was found',
    state: 'warning',
    remedy: 'Add "checks.commands" if the project has tests.',
  }
}

/** What would be asked, and whether there is a key for it; nobody is asked here. */
function modelFinding({ merge, context }: PatchlaneConfig): Finding {
  const configured = Object.entries({ 'merge.resolver': merge.resolver, 'context.reranker': context.reranker })
  const detail = configured.flatMap(([use, model]) => {
    if (model === undefined) return []
    keyOf(model)
    return `${use}: ${model.model} ${model.baseUrl === undefined ? `of ${model.provider}` : `at ${model.baseUrl}`}`
  })
  return { detail: detail.length === 0 ? 'none is configured, and none is needed' : detail.join(', ') }
}

/** A tool that is named but missing fails each patch it should judge, so it is said before the first one. */
function presence(tools: readonly ProjectTool[], others: readonly string[]): Finding {
  const counts = Map.groupBy(tools, (tool) => tool.name)
  const detail = [...counts]
    .map(([name, same]) => (same.length > 1 ? `${name} (${same.length})` : name))
    .concat(others)
    .join(', ')
  const missing = tools.filter((tool) => tool.problem !== undefined)
  if (missing.length === 0) return { detail }
  const problems = [...new Set(missing.map(({ name, problem }) => `${name}: ${problem}`))]
  const more = problems.length > 3 ? ` (and ${problems.length - 3} more)` : ''
  return {
    detail,
    state: 'error',
    remedy: `${problems.slice(0, 3).join('; ')}${more}. Until then a patch that they should judge is "broken" and does not land; or set them "off".`,
  }
}

async function diskFinding(root: string, commonDir: string): Promise<Finding> {
  await access(commonDir, constants.W_OK)
  const { bavail, bsize } = await statfs(commonDir)
  const free = (bavail * bsize) / 1e9
  const detail = `${root}, ${free.toFixed(1)} GB free beside the repository`
  return free < 1 ? { detail, state: 'warning', remedy: 'Free some disk space.' } : { detail }
}
