// A codemod on the syntax tree: finds a function with the TypeScript compiler and rewrites one of its conditions.
import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { edit, insertBefore } from './edit.mjs'

const file = 'packages/rate-limit/src/provider-signal.ts'
const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
const target = source.statements.find(
  (node) => ts.isFunctionDeclaration(node) && node.name?.text === 'readProviderSignal',
)
const condition = target?.body?.statements.find(ts.isIfStatement)?.expression
if (!condition) {
  console.error(`${file}: no condition in readProviderSignal`)
  process.exit(1)
}

edit(file, (text) => {
  const rewritten = `${text.slice(0, condition.getStart(source))}!FREEZING.has(status)${text.slice(condition.end)}`
  return insertBefore(
    rewritten,
    /^\/\*\* When a 429 names no time/,
    '/** Statuses by which a provider says: not now. */\nconst FREEZING = new Set([429, 503, 529])\n',
  )
})
edit('packages/rate-limit/test/provider.test.ts', (text) =>
  insertBefore(
    text,
    /^describe\('ProviderQuota'/,
    "it('freezes after a 503 too', () => {\n  expect(readProviderSignal({ 'retry-after': '2' }, 503, now).freezeMs).toBe(2000)\n})\n",
  ),
)
