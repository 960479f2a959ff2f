import { packageBuild } from '../../tsup.shared.ts'
import { oneLanguage } from './scripts/one-language.ts'
import { thirdPartyNotices } from './scripts/third-party-notices.ts'

/**
 * What a command needs is bundled: a command line loads a few files instead of several hundred modules, which would take longer than
 * most commands. Loaded from their packages are native code, WebAssembly, and what only runs, models and the server need.
 */
const apart =
  'better-sqlite3|pg|web-tree-sitter|@langchain/.*|@patchlane/server|@patchlane/orchestrator(?:/agents|/sql)?'

// `main` is the program itself: built, named by `bin`, imported by nobody. The workers lie beside it, where their packages look for them.
export default packageBuild({
  entry: {
    index: 'src/index.ts',
    main: 'src/main.ts',
    'index-worker': '../../packages/context-builder/src/index-worker.ts',
    'structured-worker': '../../packages/merge/src/structured-worker.ts',
  },
  dts: { entry: { index: 'src/index.ts' } },
  noExternal: [new RegExp(`^(?!(?:${apart})$)`)],
  esbuildPlugins: [thirdPartyNotices(), oneLanguage()],
  esbuildOptions: (options) => {
    options.conditions = ['@patchlane/source', 'module']
    // Names stay, since errors are named by their classes; traces lead back by the source maps.
    options.keepNames = true
    options.minifyWhitespace = true
    options.minifySyntax = true
    // CommonJS inside the bundle asks for node's modules by `require`.
    options.banner = {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    }
  },
})
