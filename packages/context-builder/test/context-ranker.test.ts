import { describe, expect, it } from 'vitest'
import {
  CodeIndex,
  ContextRanker,
  type FileRole,
  featuresOf,
  HistoryStore,
  MemoryTreeReader,
  readTask,
  signalsOf,
  termsOf,
} from '../src/index.ts'

const files: Record<string, string> = {
  'src/sessions.py':
    'class SecureCookieSession:\n    def open_session(self):\n        """Load the cookie."""\n        return 1\n',
  'src/app.py': 'class App:\n    def run(self):\n        session = cookie = 1\n        return session\n',
  'src/templating.py': 'def render_template(name):\n    return name\n',
  'src/json/provider.py': 'def dumps(value):\n    return value\n',
  'tests/test_sessions.py': 'def test_cookie_session():\n    assert open_session()\n',
  'docs/sessions.md': '# Session cookies\n\nThe session cookie is signed.\n',
  'packages/adapter-node/index.js': 'export function adapt() { return "server" }\n',
  'packages/adapter-static/index.js': 'export function adapt() { return "server" }\n',
}

async function open(history: { message: string; files: Record<string, string> }[] = [{ message: 'Begin', files }]) {
  const reader = new MemoryTreeReader()
  const commits = history.map((commit) => reader.commit(commit))
  const index = await CodeIndex.open({ reader })
  const commit = commits.at(-1)
  if (commit === undefined) throw new Error('no commit')
  const view = await index.view({ commit })
  const store = new HistoryStore(reader, index.directory)
  const rank = async (task: string, past?: Awaited<ReturnType<HistoryStore['of']>>) => {
    const ranking = await new ContextRanker().rank({ view, task, history: past })
    return (role: FileRole = 'implementation') => (ranking.byRole.get(role) ?? []).map(({ path }) => path)
  }
  return { rank, view, store, commits }
}

describe('ContextRanker', () => {
  it('ranks each role apart', async () => {
    const { rank } = await open()
    const ranked = await rank('The session cookie is not set')
    expect(ranked()[0]).toBe('src/sessions.py')
    expect(ranked('test')).toEqual(['tests/test_sessions.py'])
    expect(ranked('doc')).toEqual(['docs/sessions.md'])
    expect(ranked()).not.toContain('tests/test_sessions.py')
  })

  it('shows a build script among the implementation only when the task is clearly about it', async () => {
    const script = 'export async function publishTarball(registry) {\n  return registry\n}\n'
    const { view } = await open([
      {
        message: 'Begin',
        files: {
          ...files,
          'src/publish.ts': 'export function publish(event: string) { return event }\n',
          'scripts/publish-tarball.mjs': script,
          'examples/shop/cookie.js': 'const session = 1\n',
          'package.json': '{"scripts": {"publish": "publish tarball registry"}}\n',
        },
      },
    ])
    const ranked = (task: string) => new ContextRanker().rank({ view, task })
    const paths = async (task: string) => (await ranked(task)).code.map(({ path }) => path)
    expect((await paths('`publishTarball`: publish the tarball to another registry'))[0]).toBe(
      'scripts/publish-tarball.mjs',
    )
    expect((await paths('publish an event'))[0]).toBe('src/publish.ts')
    expect(await paths('publish an event')).not.toContain('scripts/publish-tarball.mjs')
    // Data and tests are no code to be ranked here, and the order of the implementation is its own.
    const { code, byRole } = await ranked('publish a session cookie to the registry of the script')
    expect(code.map(({ path }) => path)).not.toContain('package.json')
    expect(code.filter(({ role }) => role === 'test')).toEqual([])
    expect(code.filter(({ role }) => role === 'implementation')).toEqual(byRole.get('implementation'))
  })

  it('goes by identifiers, paths, traces and modules', async () => {
    const { rank } = await open()
    expect((await rank('`render_template` fails'))()[0]).toBe('src/templating.py')
    expect((await rank('renderTemplate fails'))()[0]).toBe('src/templating.py')
    expect((await rank('crash\n  File "/home/me/project/src/json/provider.py", line 2, in dumps'))()[0]).toBe(
      'src/json/provider.py',
    )
    expect((await rank('src.json.provider is slow'))()[0]).toBe('src/json/provider.py')
    expect((await rank('crash\n  File "C:\\project\\src\\json\\provider.py", line 2, in dumps'))()[0]).toBe(
      'src/json/provider.py',
    )
  })

  it('prefers the package that the task names among parallel ones', async () => {
    const { rank } = await open()
    expect((await rank('adapter-static: adapt the server'))()[0]).toBe('packages/adapter-static/index.js')
    expect((await rank('fix(adapter-node): adapt the server'))()[0]).toBe('packages/adapter-node/index.js')
  })

  it('goes by folders, by words side by side, and by what is defined', async () => {
    const body = 'export const value = 1\n'
    const { view } = await open([
      {
        message: 'Begin',
        files: {
          'src/cache/store/read.ts': body,
          'src/client-query.ts': body,
          'src/query-client.ts': body,
          'src/used.ts': 'export const other = 1 // evict evict\n',
          'src/defining.ts': 'export function evictAll() {}\n',
        },
      },
    ])
    const of = (task: string) => signalsOf({ view, query: readTask(task) })
    const at = (path: string) => view.position(path) ?? -1
    const { folders } = of('cache is cold\n\nstore')
    expect(folders[at('src/cache/store/read.ts')]).toBeGreaterThan(0)
    // The text below the first line tells how, not where.
    expect(of('cold\n\ncache').folders[at('src/cache/store/read.ts')]).toBe(0)
    const { phrase } = of('The query client forgets')
    expect([phrase[at('src/query-client.ts')], phrase[at('src/client-query.ts')]]).toEqual([0.5, 0])
    const { definitions } = of('evict all')
    expect(definitions[at('src/defining.ts')]).toBeGreaterThan(0)
    expect(definitions[at('src/used.ts')]).toBe(0)
  })

  it('learns from messages of past commits, and only of past ones', async () => {
    const later = { ...files, 'src/json/provider.py': 'def dumps(value):\n    return 2\n' }
    const { view, store, commits } = await open([
      { message: 'Begin', files: { ...files, 'src/json/provider.py': 'x = 1\n' } },
      { message: 'Serialise decimals without loss', files },
      { message: 'Quaternions rotate', files: later },
    ])
    const [, second, third] = commits
    if (second === undefined || third === undefined) throw new Error('no commit')
    const rank = async (task: string, commit: typeof second) =>
      (
        (await new ContextRanker().rank({ view, task, history: await store.of(commit) })).byRole.get(
          'implementation',
        ) ?? []
      ).map(({ path }) => path)
    expect((await rank('decimals lose digits', second))[0]).toBe('src/json/provider.py')
    const before = await store.of(second)
    const mentions: number[] = []
    before.eachMention('quaternion', (at) => mentions.push(at))
    expect(mentions).toEqual([])
  })

  it('counts words the more, and what changed lately the less, the more the task says', async () => {
    const { view, store, commits } = await open([
      { message: 'Begin', files },
      { message: 'Tidy', files: { ...files, 'src/app.py': `${files['src/app.py']}\n# tidy\n` } },
    ])
    const [, second] = commits
    if (second === undefined) throw new Error('no commit')
    const history = await store.of(second)
    const features = (task: string) =>
      featuresOf(signalsOf({ view, query: readTask(task), history }), [...view.files.keys()])
    const [short, long] = [features('session cookie'), features(`session cookie ${'and much more '.repeat(50)}`)]
    const app = view.position('src/app.py') ?? -1
    const sessions = view.position('src/sessions.py') ?? -1
    expect(short.latelyOfShort[app]).toBeGreaterThan(0.5)
    expect(long.latelyOfShort[app]).toBe(0)
    expect(long.lexicalOfLong[sessions]).toBe(long.lexical[sessions])
    expect(short.lexicalOfLong[sessions]).toBeLessThan(0.5 * (short.lexical[sessions] ?? 0))
  })

  it('refuses an empty task, and takes a strange one', async () => {
    const { rank } = await open()
    await expect(rank(' \n')).rejects.toThrow(expect.objectContaining({ code: 'CONTEXT_EMPTY_TASK', kind: 'usage' }))
    expect((await rank('???'))()).toEqual([])
    expect((await rank('セッションのクッキー session'))()[0]).toBe('src/sessions.py')
    expect((await rank('x'.repeat(1_000_000)))()).toEqual([])
  })
})

describe('readTask', () => {
  it('finds scope, identifiers, paths and modules', () => {
    const query = readTask('fix(css): `transformCss` drops maps\n\nSee src/node/css.ts:12 and vite.config.ts, a.b.c\n')
    expect(query.scopes).toEqual(['css'])
    expect(query.identifiers).toContain('transformcss')
    expect(query.paths).toEqual(expect.arrayContaining(['src/node/css.ts', 'vite.config.ts']))
    expect(query.modules).toContain('a.b.c')
    expect(query.words).toBe(12)
  })

  it('reads paths of Windows as others', () => {
    const { paths } = readTask(
      [
        'It fails',
        '    at f (C:\\work\\hono\\src\\compose.ts:30:12)',
        '  File "C:\\\\work\\\\app\\\\x.py", line 3',
        'also in .\\src\\router.ts, and \\\\server\\share\\lib\\a.go; it logs "caf\\u00e9" and \\"src/quoted.ts\\"',
      ].join('\n'),
    )
    expect(paths).toEqual(
      expect.arrayContaining([
        'work/hono/src/compose.ts',
        'work/app/x.py',
        'src/router.ts',
        'server/share/lib/a.go',
        'src/quoted.ts',
      ]),
    )
  })

  it('finds words that touch characters of scripts without blanks', () => {
    const apart = readTask('蓝图 blueprint 注册失败\n\nサーバー server2 の get_value を直す')
    const touching = readTask('蓝图blueprint注册失败\n\nサーバーserver2のget_valueを直す')
    expect(touching).toEqual(apart)
    expect([...touching.titleTerms.keys()]).toEqual(expect.arrayContaining(['蓝图', 'blueprint', '注册']))
    // A sign that lengthens a syllable is a part of it, and scripts with blanks are not taken apart.
    expect([...readTask('サーバーx').terms.keys()]).toEqual(['サー', 'ーバ', 'バー', 'x'])
    expect([...readTask('naïveжук').terms.keys()]).toEqual(termsOf('naïveжук'))
  })

  it('takes an area before the title for a word, and the kind of a change for none', () => {
    expect([...readTask('cookie: keep quotes').terms.keys()]).toEqual(['cooki', 'keep', 'quot'])
    expect([...readTask('fix: keep quotes').terms.keys()]).toEqual(['keep', 'quot'])
    expect([...readTask('feat(jar)!: keep quotes').terms.keys()]).toEqual(['jar', 'keep', 'quot'])
  })

  it('reads past what a form adds', () => {
    const query = readTask(
      'fix: quotes\n\n<!-- Describe your change -->\n## Summary\n- [x] I have read the guide\n- keeps spaces\n',
    )
    expect([...query.terms.keys()]).toEqual(expect.arrayContaining(['quot', 'keep', 'spac']))
    expect(query.terms.has('guid')).toBe(false)
    expect(query.terms.has('describ')).toBe(false)
    expect([...query.titleTerms.keys()]).toEqual(['quot'])
  })
})
