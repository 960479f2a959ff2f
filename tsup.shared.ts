import { readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

interface Manifest {
  exports?: Record<string, string | { '@patchlane/source'?: string }>
}

/**
 * Builds each entry named in the manifest's `exports`: the manifest is the only list of entries, so an export without
 * a file, or a file that nobody exports, cannot happen.
 */
export function packageBuild(extra: Options = {}): ReturnType<typeof defineConfig> {
  const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))
  const entry: Record<string, string> = {}
  for (const target of Object.values(manifest.exports ?? {})) {
    const source = typeof target === 'string' ? undefined : target['@patchlane/source']
    if (source?.endsWith('.ts')) entry[source.replace(/^\.\/src\//, '').replace(/\.ts$/, '')] = source
  }
  return defineConfig({
    entry,
    format: ['esm'],
    target: 'node22',
    platform: 'node',
    dts: true,
    sourcemap: true,
    splitting: true,
    clean: true,
    ...extra,
  })
}
