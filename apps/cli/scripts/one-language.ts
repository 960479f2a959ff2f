import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** Leaves out zod's messages in other languages than English: nothing here asks for them, and they are half of what it weighs. */
export function oneLanguage(): Plugin {
  return {
    name: 'one-language',
    setup(build) {
      build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
        contents: "export { default as en } from './en.js'",
      }))
    },
  }
}
