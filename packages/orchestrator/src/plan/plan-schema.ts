import { subtaskIdSchema } from '@patchlane/kernel'
import { z } from 'zod'

const seconds = z.number().positive().max(86_400)
const attempts = z.number().int().min(1).max(10)

/** Any program that edits files. */
export const commandAgentSpecSchema = z.strictObject({
  kind: z.literal('command'),
  name: z.string().min(1).max(200).optional().describe('What people call it; the default is made from the program'),
  command: z.array(z.string().min(1)).min(1).describe('Program and arguments; never a shell line'),
  env: z.record(z.string(), z.string()).default({}).describe('Variables for the program, beside the harmless ones'),
  timeoutSeconds: seconds.optional().describe('The default is the one of the configuration'),
})
export type CommandAgentSpec = z.infer<typeof commandAgentSpecSchema>

/** Replays a recorded session. */
export const recordedAgentSpecSchema = z.strictObject({
  kind: z.literal('recorded'),
  name: z.string().min(1).max(200).optional(),
  session: z.string().min(1).describe('Path of the session file, as the run resolves it'),
  timing: z
    .union([z.literal('none'), z.literal('recorded')])
    .default('none')
    .describe('"recorded" waits between events as long as the recorded agent did'),
})
export type RecordedAgentSpec = z.infer<typeof recordedAgentSpecSchema>

/** An agent of a kind that is registered by whoever runs the plan. */
export const otherAgentSpecSchema = z.looseObject({
  kind: z
    .string()
    .min(1)
    .max(100)
    .refine((kind) => kind !== 'command' && kind !== 'recorded', { error: 'is another form of agent', abort: true }),
  name: z.string().min(1).max(200).optional(),
})

/** Who does a subtask: by `kind`, with what that kind needs. */
export const agentSpecSchema = z.union([commandAgentSpecSchema, recordedAgentSpecSchema, otherAgentSpecSchema])
export type AgentSpec = z.infer<typeof agentSpecSchema>

export const subtaskSchema = z.strictObject({
  id: subtaskIdSchema.describe('Unique in the plan'),
  title: z.string().min(1).max(500).describe('The title of its patch'),
  description: z.string().max(100_000).default('').describe('What is to be done, for the agent and the context'),
  agent: agentSpecSchema,
  files: z
    .array(z.string().min(1))
    .default([])
    .describe('Paths or globs it is expected to touch; a hint for the context'),
  dependsOn: z
    .array(subtaskIdSchema)
    .default([])
    .describe('Subtasks (or groups) that must have landed first; it starts from what they landed, and fails with them'),
  base: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe('The revision its first attempt works from; the default is the head of the target when it starts'),
  priority: z.number().int().min(-1000).max(1000).default(0).describe('Higher starts and lands first'),
  attempts: attempts.optional().describe('How often this one may try; wins over the plan, not over the request'),
  group: subtaskIdSchema
    .optional()
    .describe('Subtasks of one group work side by side and are merged into one patch before it is proposed'),
})
export type Subtask = z.infer<typeof subtaskSchema>

export const planSchema = z.strictObject({
  $schema: z.string().optional(),
  title: z.string().min(1).max(500).default('Run').describe('What the whole run is for'),
  concurrency: z.number().int().min(1).max(200).optional().describe('Agents at work at once'),
  attempts: attempts.optional().describe('How often one subtask may try before it is given up'),
  subtasks: z.array(subtaskSchema).min(1).max(1000),
})
export type Plan = z.infer<typeof planSchema>
/** What a plan file has to hold; the rest has defaults. */
export type PlanInput = z.input<typeof planSchema>

/** The schema of a plan file for editors and other languages (JSON Schema 2020-12). */
export function planJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(planSchema, { io: 'input', target: 'draft-2020-12' }),
    title: 'Patchlane plan',
    description: 'The subtasks of a run, who does each, and what waits for what.',
  }
}

/** What people call the agent of a subtask. */
export function agentName(spec: AgentSpec): string {
  if (spec.name !== undefined) return spec.name
  if (spec.kind !== 'command' || !Array.isArray(spec.command)) return spec.kind
  const program = String(spec.command[0] ?? '')
  return `command:${program.split(/[\\/]/).at(-1) ?? program}`.slice(0, 200)
}
