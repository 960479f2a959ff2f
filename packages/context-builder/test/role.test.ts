import { expect, it } from 'vitest'
import { type FileRole, roleOf } from '../src/index.ts'

const cases: [string, FileRole][] = [
  ['src/flask/app.py', 'implementation'],
  ['src/flask/testing.py', 'implementation'],
  ['src/tools/registry.ts', 'implementation'],
  ['packages/vite/src/node/build.ts', 'implementation'],
  ['lib/response.js', 'implementation'],
  ['src/flask/config.py', 'implementation'],
  ['packages/vite/src/node/config.ts', 'implementation'],
  ['src/_pytest/setuponly.py', 'implementation'],
  ['src/vite.ts', 'implementation'],
  ['IPython/core/history.py', 'implementation'],
  ['lib/cursor/changeStream.js', 'implementation'],
  ['cobra/cmd/licenses.go', 'implementation'],
  ['src/core/core.config.js', 'implementation'],
  ['packages/react-router-dev/config/routes.ts', 'implementation'],
  ['config/config.go', 'implementation'],
  ['build/syntax_mapping.rs', 'implementation'],
  ['tokio-test/src/io.rs', 'implementation'],
  ['setup.py', 'config'],
  ['config/webpack.js', 'config'],
  ['docs-next/astro.config.ts', 'doc'],
  ['docs-next/src/components/Footer.astro', 'doc'],
  ['integration-tests/next/env.d.ts', 'test'],
  ['dts-test/reactivity.ts', 'test'],
  ['jinja2/testsuite/loader.py', 'test'],
  ['_examples/versions/main.go', 'example'],
  ['webpack.config.dev.js', 'config'],
  ['gulpfile.js', 'config'],
  ['tests/test_app.py', 'test'],
  ['src/a.test.ts', 'test'],
  ['render_test.go', 'test'],
  ['spec/models/user_spec.rb', 'test'],
  ['src/main/java/org/a/ClientTest.java', 'test'],
  ['playground/css/main.js', 'test'],
  ['docs/guide/index.md', 'doc'],
  ['README.md', 'doc'],
  ['docs/conf.py', 'doc'],
  ['examples/basic/index.js', 'example'],
  ['package.json', 'config'],
  ['.github/workflows/ci.yml', 'config'],
  ['scripts/release.mjs', 'config'],
  ['vite.config.ts', 'config'],
  ['pnpm-lock.yaml', 'generated'],
  ['src/api_pb2.py', 'generated'],
  ['vendor/lib/a.c', 'vendored'],
  ['third_party/zlib/inflate.c', 'vendored'],
]

it.each(cases)('%s is %s', (path, role) => {
  expect(roleOf(path)).toBe(role)
})

it('goes by what the index saw, too', () => {
  expect(roleOf('src/parser.js', ['generated'])).toBe('generated')
  expect(roleOf('src/parser.js', ['minified'])).toBe('generated')
})
