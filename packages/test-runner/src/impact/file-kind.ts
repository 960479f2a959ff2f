import { nameOf } from '../project-files.ts'

/**
 * What a changed file can do to tests.
 *
 * - `javascript`, `python`: followed through the import graph;
 * - `lock`, `runtime`: everything at or below its folder runs on something else now;
 * - `config`: the package it belongs to, and what depends on that;
 * - `conftest`: the tests at or below its folder;
 * - `inert`: documents, and settings of tools that take no part in a test run; only a file that names it can depend on it;
 * - `data`: anything else. Who names it depends on it; if nobody does, the whole project runs.
 */
export type FileKind = 'javascript' | 'python' | 'lock' | 'runtime' | 'config' | 'conftest' | 'inert' | 'data'

const LOCK =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|deno\.lock|poetry\.lock|uv\.lock|pdm\.lock|pylock(?:\..+)?\.toml|Pipfile(?:\.lock)?|(?:.*[-_.])?(?:requirements|constraints)(?:[-_.].*)?\.(?:txt|in))$/
const RUNTIME =
  /^(?:\.nvmrc|\.node-version|\.python-version|\.tool-versions|\.?mise\.toml|runtime\.txt|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.cjs|pnpm-workspace\.yaml|\.env(?:\..+)?|environment\.ya?ml)$/
const CONFIG =
  /^(?:package\.json|[tj]sconfig(?:\..+)?\.json|tsconfig-.+\.json|(?:vitest|vite|jest|babel|swc|rollup|webpack|tsup|esbuild)\.(?:config|workspace|setup|shared|preset)(?:\..+)?\.\w+|\.babelrc(?:\..+)?|\.swcrc|pyproject\.toml|setup\.py|setup\.cfg|\.?pytest\.ini|tox\.ini|\.coveragerc|noxfile\.py|sitecustomize\.py|deno\.jsonc?)$/
const INERT_NAME =
  /^(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS|CONTRIBUTORS|CODEOWNERS|CHANGELOG|CHANGES|README|\.gitignore|\.gitattributes|\.editorconfig|\.prettier(?:rc|ignore).*|prettier\.config\..*|biome\.jsonc?|\.eslint.*|eslint\.config\..*|\.oxlintrc\.json|\.?ruff\.toml|\.flake8|\.pylintrc|mypy\.ini|pyrightconfig\.json|\.pre-commit-config\.yaml|\.mailmap|renovate\.json|\.dockerignore|mkdocs\.yml|\.readthedocs\.ya?ml)(?:\.\w+)?$/
const INERT_ENDING = /\.(?:md|mdx|markdown|rst|adoc|txt|png|jpe?g|gif|svg|ico|webp|pdf)$/i
const INERT_FOLDER = /^(?:\.github|\.gitlab|\.circleci|\.vscode|\.idea|\.changeset|\.husky)\//

export function fileKind(path: string): FileKind {
  const name = nameOf(path)
  if (name === 'conftest.py') return 'conftest'
  if (LOCK.test(name)) return 'lock'
  if (RUNTIME.test(name)) return 'runtime'
  if (CONFIG.test(name)) return 'config'
  if (INERT_FOLDER.test(path) || INERT_NAME.test(name)) return 'inert'
  if (/\.[cm]?[jt]sx?$/.test(name) || /\.(?:vue|svelte|astro)$/.test(name)) return 'javascript'
  if (/\.pyi?$/.test(name)) return 'python'
  if (INERT_ENDING.test(name)) return 'inert'
  return 'data'
}

/** Whether a file's text is searched for what it refers to. */
export function isScanned(path: string): boolean {
  const kind = fileKind(path)
  return kind === 'javascript' || kind === 'python' || kind === 'conftest' || kind === 'config'
}
