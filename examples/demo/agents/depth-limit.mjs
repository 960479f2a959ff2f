// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the code it writes has templates.
// A codemod on the syntax tree: finds a function with the TypeScript compiler and adds a statement and a constant.
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { edit, insertBefore } from './edit.mjs'

const file = 'packages/kernel/src/paths.ts'
const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
const target = source.statements.find((node) => ts.isFunctionDeclaration(node) && node.name?.text === 'repoPathProblem')
const loop = target?.body?.statements.find(ts.isForOfStatement)
if (!loop) {
  console.error(`${file}: no loop in repoPathProblem`)
  process.exit(1)
}

const at = loop.getStart(source)
edit(file, (text) => {
  const check = "if (text.split('/').length > MAX_DEPTH) return `it is deeper than ${MAX_DEPTH} folders`\n  "
  const checked = text.slice(0, at) + check + text.slice(at)
  return insertBefore(
    checked,
    /^const MAX_PATH_BYTES/,
    '/** Deeper trees break tools that recurse. */\nconst MAX_DEPTH = 128',
  )
})
edit('packages/kernel/test/paths.test.ts', (text) =>
  insertBefore(text, /^ {4}\['\/etc\/passwd'/, "    [`${'d/'.repeat(200)}x`, 'deeper than'],"),
)
