import { defineConfig, type ViteUserConfig } from 'vitest/config'

const sourceConditions = ['@patchlane/source']

/** Every package's tests run from source: the `@patchlane/source` export condition points at `src`, so no build is needed first. */
export function packageTests(overrides: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: [...sourceConditions, 'module', 'node', 'development|production'] },
    ssr: { resolve: { conditions: [...sourceConditions, 'module', 'node', 'development|production'] } },
    test: {
      include: ['test/**/*.test.ts'],
      // Against hanging, not to measure: a busy machine makes properties over real git and threads take minutes.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      ...overrides,
    },
  })
}
