import type { DiagnosticsName, FileToolName } from './toolchain.ts'
import { biomeFormat, biomeLint } from './tools/biome.ts'
import { eslint } from './tools/eslint.ts'
import type { FileTool } from './tools/file-tool.ts'
import { oxlint } from './tools/oxlint.ts'
import { prettier } from './tools/prettier.ts'
import { ruffCheck, ruffFormat } from './tools/ruff.ts'

/** A program in an npm package. */
interface NodePackage {
  package: string
  bin: string
}

/** Formatters and linters: how each is called, had, and found where npm brings it. */
export const fileTools: Record<FileToolName, { tool: FileTool; install: string; npm?: NodePackage }> = {
  'ruff format': { tool: ruffFormat, install: 'pip install ruff' },
  'ruff check': { tool: ruffCheck, install: 'pip install ruff' },
  prettier: {
    tool: prettier,
    install: 'npm install --save-dev prettier',
    npm: { package: 'prettier', bin: 'prettier' },
  },
  eslint: { tool: eslint, install: 'npm install --save-dev eslint', npm: { package: 'eslint', bin: 'eslint' } },
  oxlint: { tool: oxlint, install: 'npm install --save-dev oxlint', npm: { package: 'oxlint', bin: 'oxlint' } },
  'biome format': {
    tool: biomeFormat,
    install: 'npm install --save-dev @biomejs/biome',
    npm: { package: '@biomejs/biome', bin: 'biome' },
  },
  'biome lint': {
    tool: biomeLint,
    install: 'npm install --save-dev @biomejs/biome',
    npm: { package: '@biomejs/biome', bin: 'biome' },
  },
}

/** Sources of diagnostics: how each is had, and which files it judges. */
export const diagnosticsTools: Record<DiagnosticsName, { install: string; handles: RegExp }> = {
  pyright: { install: 'pip install pyright, or npm install --save-dev pyright', handles: /\.pyi?$/ },
  typescript: { install: 'npm install --save-dev typescript', handles: /\.(?:[cm]?ts|tsx)$/ },
}
