import { z } from 'zod'

const argv = z.array(z.string().min(1)).min(1)
const seconds = z.number().positive().max(86_400)

const toolChoice = z
  .union([z.literal('auto'), z.literal('off'), z.array(z.string().min(1)).min(1)])
  .describe('"auto" detects the tools of the project, "off" runs none, a list names the tools to run, in order')

/** A check of the project's own: a program that passes by exit status 0. */
export const commandCheckConfigSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(['format', 'lint', 'hooks', 'diagnostics', 'tests']).default('tests'),
  /** Program and arguments; never a shell line. */
  run: argv,
  /** Globs: the check runs only when a touched path matches one of them. */
  paths: z.array(z.string()).optional(),
  cwd: z.string().default('.'),
  timeoutSeconds: seconds.default(600),
  env: z.record(z.string(), z.string()).default({}),
})

export const checksConfigSchema = z.strictObject({
  format: toolChoice.default('auto'),
  lint: toolChoice.default('auto'),
  hooks: toolChoice.default('auto'),
  diagnostics: toolChoice.default('auto'),
  tests: z
    .union([
      z.literal('auto'),
      z.literal('off'),
      z.strictObject({
        runners: z.array(z.string()).default([]),
        /** `affected` runs the tests that a change can affect; `all` runs everything. */
        select: z.enum(['affected', 'all']).default('affected'),
        timeoutSeconds: seconds.default(900),
        /** Tests that fail without the patch, too: `aside` records them as warnings, `fail` holds them against the patch. */
        olderFailures: z.enum(['aside', 'fail']).default('aside'),
      }),
    ])
    .default('auto'),
  commands: z.array(commandCheckConfigSchema).default([]),
  timeoutSeconds: seconds.default(600),
})

export const approvalRuleSchema = z.strictObject({
  /** Globs over touched paths. */
  paths: z.array(z.string()).optional(),
  /** Risk levels the rule speaks of. */
  risk: z.array(z.enum(['low', 'medium', 'high', 'critical'])).optional(),
  agents: z.array(z.string()).optional(),
  decision: z.enum(['auto', 'ask', 'deny']),
  reason: z.string().optional(),
})

/** A chat model to ask, for what may ask one. */
export const modelConfigSchema = z.strictObject({
  /** Whose interface is spoken; with `baseUrl`, `openai` reaches any server that speaks it, on this machine, too. */
  provider: z.enum(['anthropic', 'openai']),
  model: z.string().min(1),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** The environment variable that holds the key; the default is the provider's usual one, or no key with `baseUrl`. */
  apiKeyEnv: z.string().min(1).optional(),
  /** For one answer. */
  timeoutSeconds: seconds.default(120),
  maxOutputTokens: z.number().int().positive().default(8_192),
  /** After a refusal that says to come back later. */
  retries: z.number().int().min(0).max(10).default(2),
})

/**
 * What `patchlane.config.{ts,js,json}` or `"patchlane"` in package.json may hold. Everything has a default, so that an empty
 * configuration is a working one.
 */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  /** A name for the repository; the default is made from its first commit. */
  repoId: z.string().min(1).max(200).optional(),
  /** The branch patches land on, or `dir:PATH` for a plain folder without git; the default is the branch that is checked out. */
  target: z.string().min(1).optional(),
  /** Agents at work at once. */
  concurrency: z.number().int().min(1).max(200).default(10),
  /** How often one subtask may propose before its run gives up on it. */
  attempts: z.number().int().min(1).max(10).default(3),
  checks: checksConfigSchema.prefault({}),
  merge: z
    .strictObject({
      /** A merge beyond git's that may not be what both sides meant: `conflict` sends the patch back, `ask` has a person look at it. */
      unsure: z.enum(['conflict', 'ask']).default('conflict'),
      /** A model to ask last, where all else leaves a conflict: it sees both intents, and a person is asked about what it wrote. */
      resolver: modelConfigSchema.optional(),
    })
    .prefault({}),
  approval: z
    .strictObject({
      rules: z.array(approvalRuleSchema).default([]),
      /** How long a question stays open. */
      expiresAfterSeconds: z
        .number()
        .positive()
        .default(7 * 86_400),
    })
    .prefault({}),
  staleness: z
    .strictObject({
      policy: z.enum(['readSet', 'strict', 'bounded']).default('readSet'),
      action: z.enum(['accept', 'refuse', 'auto_reindex']).default('accept'),
      maxCommits: z.number().int().nonnegative().default(50),
      maxSeconds: z.number().positive().default(86_400),
    })
    .prefault({}),
  workspaces: z
    .strictObject({
      /** Where worktrees are kept; the default is the user's state folder, never inside the repository. */
      root: z.string().optional(),
      max: z.number().int().min(1).max(1000).default(50),
      ttlSeconds: seconds.default(3600),
      /** What all of them together may take on disk, in bytes; the default is no limit. */
      maxBytes: z.number().int().positive().optional(),
      /** A program to run in a worktree before an agent gets it. */
      setup: argv.optional(),
      /** Ignored files it makes, as patterns: they stay for the next agent, and it runs again only when one of `setupInputs` changed. */
      setupKeep: z.array(z.string()).default([]),
      /** Names of files it reads; the default is the lock files of package managers. */
      setupInputs: z.array(z.string()).optional(),
      dependencies: z.enum(['share', 'copy', 'none']).default('share'),
      /** Folders to check out, for repositories too large to check out whole; the default is everything. */
      sparse: z.array(z.string()).optional(),
      /** Submodules as plain files, from the repository's own clones of them. */
      submodules: z.boolean().default(false),
      /** The content of files of git LFS in place of the pointers, as far as the repository's own store has it. */
      largeFiles: z.boolean().default(false),
    })
    .prefault({}),
  agents: z
    .strictObject({
      timeoutSeconds: seconds.default(3600),
      /** Names of environment variables handed to agents beside the harmless ones. */
      env: z.array(z.string()).default([]),
      sandbox: z.enum(['auto', 'off', 'require']).default('auto'),
    })
    .prefault({}),
  context: z
    .strictObject({
      budgetTokens: z.number().int().min(100).default(24_000),
      limit: z.number().int().min(1).max(1000).default(20),
      /** A model that puts the first thirty files of a ranking in order. */
      reranker: modelConfigSchema.optional(),
    })
    .prefault({}),
  retention: z
    .strictObject({
      /** How long a finished run can be resumed, to go on with what people answered since. */
      finishedRunDays: z.number().nonnegative().default(30),
    })
    .prefault({}),
  limits: z
    .strictObject({
      maxFileBytes: z.number().int().positive().default(20_000_000),
      maxFiles: z.number().int().positive().default(5_000),
    })
    .prefault({}),
  /** Postgres for teams; without it SQLite in the repository's git directory. `DATABASE_URL` has the same effect. */
  databaseUrl: z.string().optional(),
  /** Past the pooler, where `databaseUrl` leads through one: for what has to be told at once. `DATABASE_DIRECT_URL` has the same effect. */
  databaseDirectUrl: z.string().optional(),
})

export type PatchlaneConfigInput = z.input<typeof configSchema>
export type ModelConfig = z.infer<typeof modelConfigSchema>
export type PatchlaneConfig = z.infer<typeof configSchema>

/** For editors: types a configuration file without changing it. */
export function defineConfig(config: PatchlaneConfigInput): PatchlaneConfigInput {
  return config
}
