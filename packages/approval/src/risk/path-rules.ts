import picomatch from 'picomatch'
import type { RiskLevel } from './risk-level.ts'

/** A rule that looks at names alone. */
export interface PathRule {
  rule: string
  level: RiskLevel
  floor: boolean
  message: string
  globs: readonly string[]
}

/** Files whose change alone is a reason, whatever is in them. */
export const pathRules: readonly PathRule[] = [
  {
    rule: 'ci-configuration',
    level: 'high',
    floor: true,
    message: 'it changes what runs in continuous integration',
    globs: [
      '.github/{workflows,actions}/**',
      '.ci/**',
      '.circleci/**',
      '.gitlab-ci.{yml,yaml}',
      '.gitlab/**',
      '.buildkite/**',
      '.travis.yml',
      'azure-pipelines.{yml,yaml}',
      'bitbucket-pipelines.yml',
      '**/Jenkinsfile',
    ],
  },
  {
    rule: 'review-policy',
    level: 'critical',
    floor: true,
    message: 'it changes who reviews, or what Patchlane itself may do',
    globs: ['**/CODEOWNERS', 'patchlane.config.*', '.patchlane/**'],
  },
  {
    rule: 'hooks',
    level: 'high',
    floor: true,
    message: 'it changes programs that run on the machines of others by themselves',
    globs: [
      '.husky/**',
      '.githooks/**',
      '.pre-commit-config.{yaml,yml}',
      '**/lefthook.{yml,yaml}',
      '.vscode/tasks.json',
      '.envrc',
    ],
  },
  {
    rule: 'git-configuration',
    level: 'high',
    floor: true,
    message: 'it changes how git treats files or fetches other repositories',
    globs: ['**/.gitattributes', '**/.gitmodules', '**/.gitconfig', '**/.lfsconfig'],
  },
  {
    rule: 'agent-instructions',
    level: 'high',
    floor: true,
    message: 'it changes what agents are told or allowed to do',
    globs: ['**/AGENTS.md', '**/CLAUDE.md', '.claude/**', '.cursor/**', '.mcp.json', '.github/copilot-instructions.md'],
  },
  {
    rule: 'dependencies',
    level: 'medium',
    floor: false,
    message: 'it changes what is installed',
    globs: [
      '**/{package-lock.json,npm-shrinkwrap.json,pnpm-lock.yaml,yarn.lock,bun.lock,bun.lockb}',
      '**/{poetry.lock,uv.lock,Pipfile,Pipfile.lock,pdm.lock,go.sum,go.mod,Cargo.lock,Cargo.toml}',
      '**/requirements*.txt',
      '**/{.npmrc,.yarnrc,.yarnrc.yml,pnpm-workspace.yaml,pip.conf}',
    ],
  },
  {
    rule: 'deployment',
    level: 'high',
    floor: false,
    message: 'it changes how the software is deployed',
    globs: ['**/Dockerfile*', '**/docker-compose*.{yml,yaml}', '**/*.tf', '**/k8s/**', '**/helm/**', '**/.env*'],
  },
  {
    rule: 'migrations',
    level: 'medium',
    floor: false,
    message: 'it changes migrations of a database',
    globs: ['**/migrations/**', '**/alembic/versions/**', '**/*.sql'],
  },
]

const matchers = pathRules.map((rule) => ({ rule, matches: picomatch([...rule.globs], { dot: true, nocase: true }) }))

/** The rules that speak of any of the paths, with the paths they speak of. */
export function matchPathRules(paths: readonly string[]): { rule: PathRule; paths: string[] }[] {
  return matchers
    .map(({ rule, matches }) => ({ rule, paths: paths.filter((path) => matches(path)) }))
    .filter((match) => match.paths.length > 0)
}
