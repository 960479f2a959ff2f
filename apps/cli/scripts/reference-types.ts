import { checkReportSchema, verdictSchema } from '@patchlane/kernel'
import { approvalViewSchema, patchDetailSchema, patchViewSchema, stampViewSchema } from '@patchlane/server/wire'
import { z } from 'zod'
import * as output from '../src/output/index.ts'
import { workspaceOutputSchema } from '../src/output/work.ts'

/** The forms that occur in several others, by the name the reference gives them. */
const shared = {
  Patch: patchViewSchema,
  PatchDetail: patchDetailSchema,
  Approval: approvalViewSchema,
  Verdict: verdictSchema,
  CheckReport: checkReportSchema,
  Stamp: stampViewSchema,
  Workspace: workspaceOutputSchema,
} as const satisfies Record<string, z.ZodType>

interface Node {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Node[]
  oneOf?: Node[]
  items?: Node
  properties?: Record<string, Node>
  required?: string[]
  additionalProperties?: Node | boolean
}

const registry = z.registry<{ id: string }>()
for (const [id, schema] of Object.entries(shared)) registry.add(schema, { id })
for (const [id, schema] of Object.entries(output))
  if (!Object.values(shared).some((known) => known === schema)) registry.add(schema, { id })
const schemas: Record<string, Node> = JSON.parse(JSON.stringify(z.toJSONSchema(registry, { uri: (id) => id }).schemas))

/** A form of `--json` as TypeScript would write it. */
export function typeText(id: string): string {
  const node = schemas[id]
  if (node === undefined) throw new Error(`No form is called ${id}`)
  return render(node, '')
}

/** The named forms, each with its text. */
export function sharedTypes(): { name: string; text: string }[] {
  return Object.keys(shared).map((name) => ({ name, text: name === 'PatchDetail' ? detailText() : typeText(name) }))
}

function detailText(): string {
  return 'Patch & { verdict: Verdict | null }'
}

/** The one form without a name of ours is zod's own of any JSON. */
function refName(ref: string): string {
  const name = ref.replace(/^.*[/#]/, '')
  return Object.hasOwn(shared, name) ? name : 'Json'
}

function render(node: Node, indent: string): string {
  if (node.$ref !== undefined) return refName(node.$ref)
  const choices = node.anyOf ?? node.oneOf
  if (choices !== undefined) return [...new Set(choices.map((choice) => render(choice, indent)))].join(' | ')
  if (node.const !== undefined) return literal(node.const)
  if (node.enum !== undefined) return node.enum.map(literal).join(' | ')
  if (Array.isArray(node.type)) return node.type.join(' | ')
  if (node.type === 'array') {
    const items = node.items ?? {}
    const isUnion = (items.anyOf ?? items.oneOf ?? items.enum) !== undefined || Array.isArray(items.type)
    return isUnion ? `(${render(items, indent)})[]` : `${render(items, indent)}[]`
  }
  if (node.type === 'integer') return 'number'
  if (node.type !== 'object') return node.type ?? 'unknown'
  if (node.properties === undefined) {
    const values = typeof node.additionalProperties === 'object' ? render(node.additionalProperties, indent) : 'unknown'
    return `{ [name: string]: ${values} }`
  }
  const members = Object.entries(node.properties).map(([key, member]) => {
    const optional = node.required?.includes(key) === true ? '' : '?'
    return `${key}${optional}: ${render(member, `${indent}  `)}`
  })
  const line = `{ ${members.join('; ')} }`
  if (line.length <= 100 && !line.includes('\n')) return line
  return `{\n${members.map((member) => `${indent}  ${member}`).join('\n')}\n${indent}}`
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value)
}
