import { basename, join } from 'node:path'
import { build } from 'tsup'

/**
 * One file of a program of ours and all that it imports, for those that are started a thousand times: Node then starts in less than half
 * the time.
 *
 * @param {string} program
 * @param {string} folder where the file goes
 * @returns {Promise<string>} the file
 */
export async function bundled(program, folder) {
  await build({
    entry: [program],
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: ['esm'],
    platform: 'node',
    target: 'node24',
    noExternal: [/.*/],
    splitting: false,
    treeshake: false,
    clean: false,
    dts: false,
    config: false,
    silent: true,
    // What is not a module among the dependencies asks for `require`.
    banner: { js: "import { createRequire as from } from 'node:module'; const require = from(import.meta.url);" },
    esbuildOptions(options) {
      options.conditions = ['@patchlane/source']
    },
  })
  return join(folder, basename(program).replace(/\.\w+$/, '.mjs'))
}
