import type { DocumentFlag } from './document.ts'

/** What a file is for. Each role is ranked apart from the others. */
export const roles = ['implementation', 'test', 'doc', 'example', 'config', 'generated', 'vendored'] as const
export type FileRole = (typeof roles)[number]

const vendored = /(?:^|\/)(?:node_modules|vendor|third[_-]?party|vendored|_vendor|bower_components)\//i
const generatedName =
  /(?:^|\/)(?:package-lock\.json|pnpm-lock\.yaml|yarn\.lock|npm-shrinkwrap\.json|Cargo\.lock|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock|go\.sum|bun\.lockb?)$|\.(?:snap|min\.js|min\.css|map|pb\.go|pb2\.py|pb2_grpc\.py)$|_pb2\.pyi?$|\.generated\.\w+$|(?:^|\/)(?:dist|__snapshots__|__generated__)\//
const testName =
  /(?:^|\/)(?:(?:(?:integration|unit|e2e|acceptance|functional|system|smoke|regression|dts|type|types|browser)[-_]?)?tests?|__tests?__|testsuites?|spec|specs|e2e|__mocks__|fixtures?|__fixtures__|testdata|test_\w+|playground)\/|(?:^|\/)test_[^/]+\.\w+$|^testing\/|[._-](?:test|tests|spec|e2e|bench|test-d|spec-d|tst)\.\w+$|_test\.\w+$|(?:^|\/)conftest\.py$|[a-z]Tests?\.(?:java|cs|php|kt)$|(?:^|\/)tests?\.(?:py|rs)$/
const exampleName =
  /(?:^|\/)(?:_?examples?|samples?|demos?|docs_src|sandbox|playgrounds|cookbook|tutorials?|benchmarks?|benchmarking|bench|perf|template-[^/]+)\//i
const docName = /(?:^|\/)(?:docs?(?:[-_](?:next|site|src|app|website|v\d+))?|documentation|website|site)\//i
const docFile =
  /\.(?:md|mdx|markdown|rst|adoc|txt|tex|ipynb)$|(?:^|\/)(?:LICENSE|LICENCE|AUTHORS|CHANGELOG|CHANGES|HISTORY|README|NOTICE|COPYING|CONTRIBUTING|SECURITY)[^/]*$/i
const codeFile =
  /\.(?:[cm]?[jt]sx?|pyi?|pyx|go|rs|java|kt|scala|c|h|cc|cpp|cxx|hh|hpp|hxx|cs|rb|php|swift|m|mm|ex|exs|erl|hs|ml|clj|lua|dart|vue|svelte|astro|sh|bash|zsh|ps1|sql|graphql|proto|css|scss|sass|less|html?|jinja2?|j2|hbs|pug|ejs|zig|nim|pl|pm|r|jl|groovy|elm)$/i
const toolingName =
  /(?:^|\/)\.[^/]+\/|^(?:(?:packages|apps|crates|libs)\/[^/]+\/)?(?:scripts?|tooling|ci)\/|^tools?\/|^(?:build|config)\/(?!.*\.(?:go|rs|java|kt|scala|cs|cpp|cc|c|h|py|rb|php)$)|^(?:setup|noxfile|tasks|fabfile|build)\.(?:py|rs)$|(?:^|\/)(?:gulpfile|Gruntfile|(?:webpack|rollup|vite|vitest|jest|eslint|babel|prettier|karma)\.[\w.]+)\.[cm]?[jt]s$|^(?:(?!src\/|lib\/|app\/|source\/)[^/]+\/)*[^/]+\.config\.\w+$|(?:^|\/)\.[^/]+$/

/** A program by its ending: not data, not prose. */
export function isCode(path: string): boolean {
  return codeFile.test(path)
}

/** Prose by its ending or its name; a program may be called `history.py`, and is none. */
export function isDocument(path: string): boolean {
  return docFile.test(path) && !codeFile.test(path)
}

/** The role of a file by its path, and by what the index saw in it. */
export function roleOf(path: string, flags: readonly DocumentFlag[] = []): FileRole {
  if (vendored.test(path)) return 'vendored'
  if (generatedName.test(path) || flags.includes('generated') || flags.includes('minified')) return 'generated'
  if (testName.test(path)) return 'test'
  if (exampleName.test(path)) return 'example'
  if (isDocument(path) || docName.test(path)) return 'doc'
  if (toolingName.test(path)) return 'config'
  if (codeFile.test(path)) return 'implementation'
  return 'config'
}
