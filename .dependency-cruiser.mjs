// Who may import whom (docs/architecture.md, "The house"). `npm run architecture` fails on any breach.
const features =
  '(index-version|context-builder|patch-queue|workspace|merge|test-runner|approval|apply-gateway|rate-limit|prompt-cache|orchestrator)'
const packageOf = (names) => `^packages/${names}/src/`

/** The ground floor in its order: each may import those before it. */
const groundFloor = {
  kernel: [],
  process: ['kernel'],
  git: ['kernel', 'process'],
  database: ['kernel'],
  syntax: ['kernel'],
}

const groundRules = Object.entries(groundFloor).map(([name, allowed]) => ({
  name: `ground-floor-${name}`,
  comment: `${name} may import ${allowed.length === 0 ? 'no other package' : allowed.join(' and ')}.`,
  severity: 'error',
  from: { path: packageOf(name) },
  to: { path: '^(packages|apps)/', pathNot: packageOf(`(${[name, ...allowed].join('|')})`) },
}))

export default {
  forbidden: [
    ...groundRules,
    {
      name: 'feature-imports-feature',
      comment: 'A feature declares a small port of its own; pipeline connects it.',
      severity: 'error',
      from: { path: packageOf(features) },
      to: {
        path: '^(packages|apps)/',
        pathNot: ['^packages/$1/src/', packageOf('(kernel|process|git|database|syntax)')],
      },
    },
    {
      name: 'database-outside-sql',
      comment: 'The database is reached only from …/sql adapters.',
      severity: 'error',
      from: { path: packageOf(features), pathNot: '^packages/[^/]+/src/sql/' },
      to: { path: ['^packages/database/', 'node_modules/(kysely|pg|better-sqlite3)/'] },
    },
    {
      name: 'redis-outside-redis',
      comment: 'Redis is reached only from …/redis adapters.',
      severity: 'error',
      from: {
        path: '^packages/',
        pathNot: ['^packages/[^/]+/src/redis/', '^packages/[^/]+/test/', '^packages/pipeline/'],
      },
      to: { path: '(^|/)ioredis(/|$)' },
    },
    {
      name: 'langchain-outside-langchain',
      comment: 'These know LangChain only under …/langchain.',
      severity: 'error',
      from: {
        path: packageOf('(rate-limit|prompt-cache|merge|context-builder)'),
        pathNot: '^packages/[^/]+/src/langchain/',
      },
      to: { path: '@langchain/' },
    },
    {
      name: 'root-pulls-in-a-driver',
      comment: 'The root of a package reaches no driver: adapters come in by sub-path.',
      severity: 'error',
      // database's root loads its driver by a dynamic import, once it is told which (packages/database/test/root.test.ts).
      from: { path: '^packages/[^/]+/src/index\\.ts$', pathNot: '^packages/(pipeline|database)/' },
      to: { path: '(^|/)(pg|better-sqlite3|ioredis)(/|$)', reachable: true },
    },
    {
      name: 'orchestrator-writes-files',
      comment:
        'What runs on behalf of an agent proposes. It cannot reach a file-writing function, git, or the gateway.',
      severity: 'error',
      from: { path: packageOf('orchestrator') },
      to: {
        path: [
          '^(node:)?fs(/promises)?$',
          '^(node:)?child_process$',
          '^packages/(git|apply-gateway)/',
          'node_modules/(simple-git|execa)/',
        ],
      },
    },
    {
      name: 'orchestrator-reaches-the-writer',
      comment: 'Not even through another package.',
      severity: 'error',
      from: { path: packageOf('orchestrator') },
      to: { path: '^packages/(git|apply-gateway)/', reachable: true },
    },
    {
      name: 'app-skips-the-pipeline',
      comment: 'The apps speak to the pipeline and the ground floor.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: packageOf(features) },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'source-imports-tests',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { path: '^(packages|apps)/[^/]+/test/' },
    },
    {
      name: 'undeclared-dependency',
      comment: 'What a package imports stands in its manifest.',
      severity: 'error',
      from: { path: '^(packages|apps)/[^/]+/src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(/dist/|\\.readme-)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@patchlane/source', 'import', 'types', 'node', 'default'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
    tsPreCompilationDeps: true,
  },
}
