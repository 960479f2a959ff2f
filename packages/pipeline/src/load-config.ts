import { pathToFileURL } from 'node:url'
import { errorMessage } from '@patchlane/kernel'
import { lilconfig } from 'lilconfig'
import { z } from 'zod'
import { configSchema, type PatchlaneConfig, type PatchlaneConfigInput } from './config-schema.ts'
import { ConfigError } from './errors.ts'

const searchPlaces = [
  'patchlane.config.ts',
  'patchlane.config.js',
  'patchlane.config.mjs',
  'patchlane.config.json',
  'package.json',
]

/** Node strips the types of a `.ts` file itself, from version 22.18 on. */
const importModule = async (file: string): Promise<unknown> => {
  const module: unknown = await import(pathToFileURL(file).href)
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : module
}
const loaders = { '.ts': importModule, '.js': importModule, '.mjs': importModule }

export interface LoadedConfig {
  config: PatchlaneConfig
  /** The file it came from; null when everything is default. */
  file: string | null
}

/**
 * Reads the configuration of a repository from its root, or from a file named by the user.
 *
 * @throws {ConfigError} naming the key at fault, and the keys that exist beside it.
 */
export async function loadConfig(options: {
  root: string
  file?: string | undefined
  overrides?: PatchlaneConfigInput | undefined
}): Promise<LoadedConfig> {
  const search = lilconfig('patchlane', { searchPlaces, loaders, stopDir: options.root })
  const source = options.file ?? options.root
  const found = await (options.file === undefined ? search.search(options.root) : search.load(options.file)).catch(
    (cause) => {
      throw new ConfigError(`The configuration of ${source} cannot be read: ${errorMessage(cause)}`, {
        cause,
        remedy: 'Mend the file, or name another one with --config.',
      })
    },
  )
  const written: unknown = found?.config ?? {}
  const parsed = configSchema.safeParse(mergeOverrides(written, options.overrides))
  if (!parsed.success) {
    throw new ConfigError(`${found?.filepath ?? 'The configuration'} is not valid: ${describe(parsed.error)}`, {
      remedy:
        'docs/reference/configuration.md lists every key; schema/config.schema.json of the package lets an editor check them.',
    })
  }
  return { config: parsed.data, file: found?.filepath ?? null }
}

function mergeOverrides(written: unknown, overrides: PatchlaneConfigInput | undefined): unknown {
  if (overrides === undefined) return written
  return typeof written === 'object' && written !== null ? { ...written, ...overrides } : overrides
}

function describe(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const place = issue.path.join('.')
      if (issue.code !== 'unrecognized_keys') return `${place || 'the whole'}: ${issue.message}`
      const known = knownKeys(issue.path)
      const unknown = issue.keys.map((key) => [place, key].filter(Boolean).join('.')).join(', ')
      return `unknown key ${unknown}${known.length > 0 ? ` (known here: ${known.join(', ')})` : ''}`
    })
    .join('; ')
}

/** The keys that the published schema has at a place. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let node: unknown = configJsonSchema()
  for (const key of path) node = member(member(node, 'properties'), String(key)) ?? member(node, 'items')
  const properties = member(node, 'properties')
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined
}

/** The JSON schema of a configuration file, for editors; published as `schema/config.schema.json`. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(configSchema, { io: 'input' })
}
