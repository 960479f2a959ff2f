import { describe, expect, it } from 'vitest'
import { defaultSources, UrlSource } from '../src/index.ts'
import { contextSourceContract } from '../src/testing/index.ts'

for (const source of [...defaultSources(), new UrlSource()]) {
  describe(source.name, () => contextSourceContract({ it, expect }, { open: async () => source }))
}
