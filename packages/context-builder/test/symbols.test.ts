import { describe, expect, it } from 'vitest'
import {
  CodeIndex,
  findSymbolReferences,
  findSymbols,
  findSymbolsInSource,
  GraphBuilder,
  MemoryTreeReader,
  repositoryMap,
} from '../src/index.ts'

const small = {
  'src/config.ts':
    'export class Config {\n  read() { return 1 }\n}\nexport function readConfig() {\n  // readConfig reads\n  return new Config().read()\n}\n',
  'src/other.py': 'def read_config():\n    return "readConfig"\n',
  'src/main.ts': "import { readConfig } from './config.ts'\nreadConfig()\n",
  'test/config.test.ts': "import { readConfig } from '../src/config.ts'\nfunction read() {}\nreadConfig()\n",
}

async function open(files: Record<string, string | Uint8Array> = small) {
  const reader = new MemoryTreeReader()
  const commit = reader.commit({ message: 'a', files })
  const index = await CodeIndex.open({ reader })
  return { reader, view: await index.view({ commit }) }
}

describe('findSymbols', () => {
  it('puts exact names first, implementation before tests', async () => {
    const { view } = await open()
    expect(findSymbols(view, 'readConfig')).toEqual([
      { name: 'readConfig', kind: 'function', path: 'src/config.ts', line: 4 },
      { name: 'read_config', kind: 'function', path: 'src/other.py', line: 1 },
    ])
    expect(findSymbols(view, 'read').map(({ path }) => path)).toEqual(['src/config.ts', 'test/config.test.ts'])
    expect(findSymbols(view, 'Config.read').map(({ path }) => path)).toEqual(['src/config.ts'])
    expect(findSymbols(view, 'nothingHere')).toEqual([])
    expect(findSymbols(view, '')).toEqual([])
  })

  it('puts implementation before tests, tests before documents, and the rest behind', async () => {
    const text = 'export function twin() {}\n'
    const paths = ['docs/a.ts', 'examples/a.ts', 'src/a.ts', 'src/b.ts', 'vendor/a.ts', 'z.test.ts']
    const { view } = await open(Object.fromEntries(paths.map((path) => [path, text])))
    const found = ['src/a.ts', 'src/b.ts', 'z.test.ts', 'docs/a.ts', 'examples/a.ts', 'vendor/a.ts']
    expect(findSymbols(view, 'twin').map(({ path }) => path)).toEqual(found)
    expect(findSymbols(view, 'twin', { limit: 2 }).map(({ path }) => path)).toEqual(found.slice(0, 2))
  })

  it('knows a type by its name alone, without arguments and modules', async () => {
    const { view } = await open({
      'a.rs':
        'impl<S> Router<S> {\n  fn merge(self) {}\n}\nimpl Other {\n  fn merge(self) {}\n}\n' +
        "impl<'a, T: Into<Vec<T>>> Iterator for &'a mut foo::Iter<'a, Vec<T>> {\n  fn next(&mut self) {}\n}\n",
      'b.cpp':
        'template<class T> void Box<T>::put(T t) {}\nvoid Other::put(int t) {}\nvoid ns::Map<std::string>::get() {}\n',
      'c.rb': 'class Web::App\n  def call; end\nend\n',
    })
    const lines = (name: string) => findSymbols(view, name).map(({ path, line }) => `${path}:${line}`)
    expect(lines('Router::merge')).toEqual(['a.rs:2'])
    expect(lines('Router<S>::merge')).toEqual(['a.rs:2'])
    expect(lines('foo::Iter::next')).toEqual(['a.rs:8'])
    expect(lines('Box::put')).toEqual(['b.cpp:1'])
    expect(lines('Map::get')).toEqual(['b.cpp:3'])
    expect(lines('App#call')).toEqual(['c.rb:2'])
    expect(lines('Web::App#call')).toEqual(['c.rb:2'])
    expect(lines('Nothing.merge')).toEqual([])
  })
})

describe('findSymbolsInSource', () => {
  const sources = {
    'command.go':
      'package cobra\n\ntype Command struct{}\n\n// Checks.\nfunc (c *Command) ValidateArgs(args []string) error { return nil }\n' +
      'func (Other) ValidateArgs() {}\nfunc ValidateArgs() {}\nfunc (l *List[K, V]) Push(x V) {}\n',
    'response.js':
      'res.send = function send(body) {\n  return body\n}\nreq.send = function (a) {}\nnores.send = () => {}\n' +
      'res.send2 = other\napp.res.json = async () => {}\nRouter.prototype.use = function use() {}\n// res.send = 1\nfunction send() {}\n',
    'typed.ts': 'export class Command {\n  ValidateArgs() {}\n}\n',
  }

  it('takes the type of a Go method from its receiver, and the owner of a function from its assignment', async () => {
    const { view, reader } = await open(sources)
    const lines = async (name: string) =>
      (await findSymbolsInSource(view, reader, name)).map(({ path, line }) => `${path}:${line}`)
    expect(await lines('Command.ValidateArgs')).toEqual(['command.go:6', 'typed.ts:2'])
    expect(await lines('Other.ValidateArgs')).toEqual(['command.go:7'])
    expect(await lines('List.Push')).toEqual(['command.go:9'])
    expect(await lines('cobra.Nothing.Push')).toEqual([])
    expect(await lines('res.send')).toEqual(['response.js:1'])
    expect(await lines('res.json')).toEqual(['response.js:7'])
    expect(await lines('Router.use')).toEqual(['response.js:8'])
    expect(await lines('Router.prototype.use')).toEqual(['response.js:8'])
    expect(await lines('ValidateArgs')).toEqual(['command.go:6', 'command.go:7', 'command.go:8', 'typed.ts:2'])
    expect(findSymbols(view, 'Command.ValidateArgs').map(({ path }) => path)).toEqual(['typed.ts'])
  })
})

describe('findSymbolReferences', () => {
  it('finds uses and definitions, not words', async () => {
    const { view, reader } = await open()
    const hits = await findSymbolReferences(view, reader, 'readConfig')
    expect(hits.map(({ path, line, kind }) => `${path}:${line} ${kind}`)).toEqual([
      'src/config.ts:4 function',
      'src/main.ts:1 reference',
      'src/main.ts:2 reference',
      'test/config.test.ts:1 reference',
      'test/config.test.ts:3 reference',
    ])
    expect(await findSymbolReferences(view, reader, 'readConfig', { limit: 2 })).toHaveLength(2)
  })

  it('puts files that define the name first, then implementation, tests, documents', async () => {
    const use = 'twin()\n'
    const { view, reader } = await open({
      'a.test.ts': use,
      'docs/a.ts': use,
      'examples/a.ts': use,
      'src/a.ts': use,
      'src/b.ts': use,
      'src/z.ts': `${use}function twin() {}\n`,
      'test/defines.ts': 'function twin() {}\n',
    })
    const found = ['src/z.ts', 'src/z.ts', 'test/defines.ts', 'src/a.ts', 'src/b.ts', 'a.test.ts', 'docs/a.ts']
    const paths = async (limit: number) =>
      (await findSymbolReferences(view, reader, 'twin', { limit })).map(({ path }) => path)
    expect(await paths(Number.POSITIVE_INFINITY)).toEqual([...found, 'examples/a.ts'])
    expect(await paths(4)).toEqual(found.slice(0, 4))
  })

  it('gives a line once, however often it has the name', async () => {
    const { view, reader } = await open({ 'a.ts': 'export const copy = (copy: string) => copy + copy\ncopy(copy)\n' })
    expect((await findSymbolReferences(view, reader, 'copy')).map(({ line }) => line)).toEqual([1, 2])
  })

  it('goes by whole words where there is no grammar, and leaves documents out', async () => {
    const { view, reader } = await open({
      'App.vue':
        '<script>\nimport { readConfig } from "./config"\nreadConfigs($readConfig, préreadConfig)\n</script>\n',
      'run.sh': 'readConfig; readConfig\r\nreadConfig2\n',
      'Main.kt': 'val x = my.readConfig()\n',
      'data.bin': new TextEncoder().encode('\0 readConfig'),
      'README.md': 'readConfig\n',
      'test/notes.txt': 'readConfig\n',
    })
    const hits = await findSymbolReferences(view, reader, 'readConfig')
    expect(hits.map(({ path, line, kind }) => `${path}:${line} ${kind}`)).toEqual([
      'App.vue:2 reference',
      'Main.kt:1 reference',
      'run.sh:1 reference',
    ])
  })
})

describe('repositoryMap', () => {
  it('shows what most leans on, within its budget', async () => {
    const { view, reader } = await open()
    const graph = await new GraphBuilder(reader).of(view)
    const map = await repositoryMap({ view, graph, budgetTokens: 500 })
    expect(map).toContain('src/config.ts\n  Config:1, readConfig:4')
    const small = await repositoryMap({ view, graph, budgetTokens: 25 })
    expect(small).toContain('src/config.ts')
    expect(small).not.toContain('src/other.py')
    expect(await repositoryMap({ view, graph, budgetTokens: 1 })).toBe('')
  })
})
