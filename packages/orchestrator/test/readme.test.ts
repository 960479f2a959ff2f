import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { runReadmeExample } from '../../../scripts/readme-example.ts'
import { parseSession } from '../src/agents/index.ts'
import { parsePlan } from '../src/index.ts'

it('does what its README shows', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const { patches } = await runReadmeExample(join(import.meta.dirname, '..'))
  expect(patches).toMatchObject([{ status: 'landed' }, { status: 'landed' }])
  expect(log).toHaveBeenCalledWith('subtask.retrying', expect.anything())
  log.mockRestore()
})

it('reads the plans and the session that the guide shows', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/plan-file.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```(yaml|json)\n([\s\S]*?)^```$/gm)]
  const plans = blocks.filter(([, language]) => language === 'yaml').map(([, , text]) => parsePlan(text ?? ''))
  expect(plans.map(({ subtasks }) => subtasks.length)).toEqual([3, 2])
  const sessions = blocks.filter(([, language]) => language === 'json').map(([, , text]) => parseSession(text ?? ''))
  expect(sessions).toHaveLength(1)
})
