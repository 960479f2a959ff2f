import { InvalidInputError } from '@patchlane/kernel'
import { z } from 'zod'
import { UnknownAgentKindError } from './errors.ts'
import type { AgentSpec } from './plan/plan-schema.ts'
import type { Agent } from './ports/agent.ts'

/** How agents of one kind are made from what a plan says of them. */
export interface AgentKind<Spec> {
  readonly kind: string
  /** What the plan has to give; checked before the run starts. */
  readonly schema: z.ZodType<Spec>
  create(spec: Spec): Agent
}

/** The kinds of agent that a plan may name. Holds `command` and `recorded` once registered; a model agent is one more kind. */
export class AgentRegistry {
  readonly #kinds = new Map<string, (spec: AgentSpec) => Agent>()

  register<Spec>(kind: AgentKind<Spec>): this {
    this.#kinds.set(kind.kind, (spec) => {
      const parsed = kind.schema.safeParse(spec)
      if (!parsed.success) {
        throw new InvalidInputError(
          `An agent of kind "${kind.kind}" is not well described: ${z.prettifyError(parsed.error)}`,
          {
            remedy: 'Correct the agent in the plan.',
            cause: parsed.error,
          },
        )
      }
      return kind.create(parsed.data)
    })
    return this
  }

  get kinds(): string[] {
    return [...this.#kinds.keys()].sort()
  }

  /** @throws {UnknownAgentKindError} when the kind is not registered. */
  create(spec: AgentSpec): Agent {
    const create = this.#kinds.get(spec.kind)
    if (create === undefined) throw new UnknownAgentKindError(spec.kind, this.kinds)
    return create(spec)
  }
}
