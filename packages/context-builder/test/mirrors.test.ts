import { expect, it } from 'vitest'
import {
  CodeIndex,
  ContextRanker,
  GraphBuilder,
  HistoryStore,
  MemoryTreeReader,
  RankedFilesSource,
} from '../src/index.ts'

const chat = 'export class ChatModel {\n  stream() {\n    return retry()\n  }\n}\n'
const names = ['anthropic', 'cohere', 'mistral', 'openai']
const files = Object.fromEntries(
  names.flatMap((name) => [
    [`packages/${name}/package.json`, `{ "name": "${name}" }\n`],
    [`packages/${name}/src/${name}-chat.ts`, `${chat}export const provider = '${name}'\n`],
  ]),
)

async function collect(task: string) {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({
    message: 'Begin',
    files: { ...files, 'packages/core/src/retry.ts': 'export function retry() {}\n' },
  })
  const index = await CodeIndex.open({ reader })
  const view = await index.view({ commit })
  const found = await new RankedFilesSource().collect({
    task,
    view,
    ranking: await new ContextRanker().rank({ view, task }),
    graph: await new GraphBuilder(reader).of(view),
    history: await new HistoryStore(reader, index.directory).of(commit),
    limit: 10,
  })
  return found.flatMap((one) => (one.kind === 'file' ? [{ ...one, path: view.file(one.position).path }] : []))
}

it('shows two of the files that mirror each other in full, and signatures of the rest', async () => {
  const found = await collect('ChatModel stream must retry')
  const chats = found.filter(({ path }) => path.endsWith('-chat.ts'))
  expect(chats.map(({ most }) => most)).toEqual(['full', 'full', 'signatures', 'signatures'])
  expect(chats[2]?.why).toBe('the like of packages/anthropic/src/anthropic-chat.ts in another package')
  expect(found.find(({ path }) => path.endsWith('retry.ts'))?.most).toBe('full')
})

it('shows the package that the task names, whatever its mirrors', async () => {
  const found = await collect('fix(openai): ChatModel stream must retry')
  expect(found[0]).toMatchObject({ path: 'packages/openai/src/openai-chat.ts', most: 'full' })
})
