import { expect, it } from 'vitest'
import { runDrill } from './drill/run-drill.ts'

it.skipIf(process.platform === 'win32')(
  'loses no work, leaks nothing and robs nobody when holders and managers are killed at any moment',
  { timeout: 600_000 },
  async () => {
    const report = await runDrill({ kills: 12, seed: 7 })
    expect(report.violations).toEqual([])
    expect(report.work).toBeGreaterThan(0)
    expect(report.looks).toBeGreaterThan(0)
  },
)
