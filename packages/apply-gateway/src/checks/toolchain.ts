import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { z } from 'zod'
import { UnknownToolError } from './check-errors.ts'

/** Formatters and linters that are known by name, in the order in which they run. */
export const fileToolNames = [
  'ruff format',
  'prettier',
  'biome format',
  'ruff check',
  'eslint',
  'biome lint',
  'oxlint',
] as const
/** Sources of diagnostics that are known by name. */
export const diagnosticsNames = ['pyright', 'typescript'] as const
export type FileToolName = (typeof fileToolNames)[number]
export type DiagnosticsName = (typeof diagnosticsNames)[number]

/** A tool that a project uses, and the folder of the configuration that says so. */
export interface ToolUse<Name extends string> {
  name: Name
  /** Relative to the top of the tree; '' is the top. */
  folder: string
  /** The file of the project that says so; null where only the caller's configuration does. */
  evidence: string | null
}

export interface Toolchain {
  format: ToolUse<FileToolName>[]
  lint: ToolUse<FileToolName>[]
  hooks: ToolUse<'pre-commit'>[]
  diagnostics: ToolUse<DiagnosticsName>[]
}

const toolChoiceSchema = z.union([z.literal('auto'), z.literal('off'), z.array(z.string().min(1)).min(1)])

/** `auto` uses what the project's own configuration names; a list uses just these, configured or not. */
export const toolchainConfigSchema = z.object({
  format: toolChoiceSchema.default('auto'),
  lint: toolChoiceSchema.default('auto'),
  hooks: toolChoiceSchema.default('auto'),
  diagnostics: toolChoiceSchema.default('auto'),
})
export type ToolchainConfig = z.input<typeof toolchainConfigSchema>

const manifestSchema = z.looseObject({
  prettier: z.unknown().optional(),
  eslintConfig: z.unknown().optional(),
  dependencies: z.record(z.string(), z.string()).catch({}).default({}),
  devDependencies: z.record(z.string(), z.string()).catch({}).default({}),
})
const pyprojectSchema = z.looseObject({ tool: z.record(z.string(), z.unknown()).catch({}).default({}) })
const biomeSchema = z.looseObject({
  formatter: z.looseObject({ enabled: z.boolean().optional() }).optional(),
  linter: z.looseObject({ enabled: z.boolean().optional() }).optional(),
})

/** Finds the tools of a tree by its configuration files. Nothing is executed. @throws {UnknownToolError} */
export async function detectToolchain(
  directory: string,
  files: readonly string[],
  config: ToolchainConfig = {},
): Promise<Toolchain> {
  const choice = toolchainConfigSchema.parse(config)
  const found = await detect(directory, files)
  const isFormat = (name: string) => /format|prettier/.test(name)
  return {
    format: choose(
      choice.format,
      found.tools.filter((tool) => isFormat(tool.name)),
      fileToolNames.filter(isFormat),
    ),
    lint: choose(
      choice.lint,
      found.tools.filter((tool) => !isFormat(tool.name)),
      fileToolNames.filter((name) => !isFormat(name)),
    ),
    hooks: choose(choice.hooks, found.hooks, ['pre-commit'] as const),
    diagnostics: choose(choice.diagnostics, found.diagnostics, diagnosticsNames),
  }
}

function choose<Name extends string>(
  choice: z.output<typeof toolChoiceSchema>,
  found: readonly ToolUse<Name>[],
  known: readonly Name[],
): ToolUse<Name>[] {
  if (choice === 'off') return []
  const uses = choice === 'auto' ? found : choice.map((name) => asked(name, found, known))
  return [...uses].sort((a, b) => known.indexOf(a.name) - known.indexOf(b.name))
}

function asked<Name extends string>(
  name: string,
  found: readonly ToolUse<Name>[],
  known: readonly Name[],
): ToolUse<Name> {
  const exact = known.find((candidate) => candidate === name)
  if (exact === undefined) throw new UnknownToolError(name, known)
  return found.find((tool) => tool.name === exact) ?? { name: exact, folder: '', evidence: null }
}

interface Found {
  tools: ToolUse<FileToolName>[]
  hooks: ToolUse<'pre-commit'>[]
  diagnostics: ToolUse<DiagnosticsName>[]
}

async function detect(directory: string, files: readonly string[]): Promise<Found> {
  const found: Found = { tools: [], hooks: [], diagnostics: [] }
  const use = <Name extends string>(list: ToolUse<Name>[], name: Name, path: string) => {
    // The shallowest configuration says where the program is looked for; the tool itself finds the deeper ones.
    if (!list.some((tool) => tool.name === name))
      list.push({ name, folder: dirname(path) === '.' ? '' : dirname(path), evidence: path })
  }
  const text = (path: string) => readFile(join(directory, path), 'utf8')
  const byDepth = [...files].sort((a, b) => a.split('/').length - b.split('/').length)
  let python: { config: string; formats: boolean } | undefined
  let hasOtherFormatter = false
  for (const path of byDepth) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (/(?:^|\/)(?:__fixtures__|fixtures|testdata|node_modules)\//.test(path)) continue
    if (/^\.?ruff\.toml$/.test(name)) python ??= { config: path, formats: /^\[format\]/m.test(await text(path)) }
    else if (name === 'pyproject.toml') {
      const tool = readTool(await text(path))
      if (tool.ruff !== undefined) python ??= { config: path, formats: /"format":/.test(JSON.stringify(tool.ruff)) }
      if (tool.black !== undefined || tool.yapf !== undefined) hasOtherFormatter = true
      if (tool.pyright !== undefined) use(found.diagnostics, 'pyright', path)
    } else if (name === 'pyrightconfig.json') use(found.diagnostics, 'pyright', path)
    else if (name === '.style.yapf') hasOtherFormatter = true
    else if (/^\.prettierrc(?:\..+)?$|^prettier\.config\.\w+$/.test(name)) use(found.tools, 'prettier', path)
    else if (/^eslint\.config\.\w+$|^\.eslintrc(?:\..+)?$/.test(name)) use(found.tools, 'eslint', path)
    else if (/^\.?oxlintrc\.jsonc?$|^oxlint\.config\.\w+$/.test(name)) use(found.tools, 'oxlint', path)
    else if (/^\.?biome\.jsonc?$/.test(name)) {
      const biome = readBiome(await text(path))
      if (biome.formatter?.enabled !== false) use(found.tools, 'biome format', path)
      if (biome.linter?.enabled !== false) use(found.tools, 'biome lint', path)
    } else if (name === 'tsconfig.json') use(found.diagnostics, 'typescript', path)
    else if (path === '.pre-commit-config.yaml') {
      use(found.hooks, 'pre-commit', path)
      if (python !== undefined && /ruff-format/.test(await text(path))) python.formats = true
    } else if (name === 'package.json') {
      const manifest = readManifest(await text(path))
      const dependencies = { ...manifest.dependencies, ...manifest.devDependencies }
      if (manifest.prettier !== undefined || 'prettier' in dependencies) use(found.tools, 'prettier', path)
      if (manifest.eslintConfig !== undefined) use(found.tools, 'eslint', path)
      if ('oxlint' in dependencies) use(found.tools, 'oxlint', path)
    }
  }
  if (python !== undefined) {
    use(found.tools, 'ruff check', python.config)
    if (python.formats || !hasOtherFormatter) use(found.tools, 'ruff format', python.config)
  }
  return found
}

function readTool(toml: string): Record<string, unknown> {
  try {
    return pyprojectSchema.parse(parseToml(toml)).tool
  } catch {
    // The tools themselves say what is wrong with their configuration.
    return {}
  }
}

function readManifest(json: string): z.output<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(json))
  } catch {
    return { dependencies: {}, devDependencies: {} }
  }
}

function readBiome(json: string): z.output<typeof biomeSchema> {
  try {
    return biomeSchema.parse(
      JSON.parse(json.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_all, text?: string) => text ?? '')),
    )
  } catch {
    return {}
  }
}
