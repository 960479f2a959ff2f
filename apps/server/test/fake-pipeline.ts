import {
  type CheckReport,
  contentHash,
  type ErrorKind,
  objectIdSchema,
  PatchlaneError,
  type PatchStatus,
  patchIdSchema,
  patchSchema,
  type QueuedPatch,
  repoIdSchema,
  repoPathSchema,
  type StoredEvent,
  targetNameSchema,
  uuidV5,
  type VerdictInput,
  verdictSchema,
  workspaceIdSchema,
} from '@patchlane/kernel'
import { versionOf } from '@patchlane/kernel/testing'
import type {
  AgentRequest,
  ContextBundle,
  ContextRequest,
  Diagnosis,
  GateReport,
  PendingApproval,
  Pipeline,
  PipelineStatus,
  Proposal,
  RunEvent,
  RunHandle,
  RunRequest,
  RunResult,
  SymbolHit,
  UndoPreview,
  WorkspaceInfo,
} from '@patchlane/pipeline'
// The file itself: the package's root loads databases and graphs that a fake has no use for.
import { configSchema } from '../../../packages/pipeline/src/config-schema.ts'

export const HEAD = objectIdSchema.parse('a'.repeat(40))
export const LANDED = objectIdSchema.parse('b'.repeat(40))
export const REPO = repoIdSchema.parse('demo')
export const TARGET = targetNameSchema.parse('refs/heads/main')

/** An error as the pipeline would throw it, of any code and kind. */
export class FakeError extends PatchlaneError {
  readonly code: string
  override readonly kind: ErrorKind
  override readonly retryable: boolean

  constructor(code: string, kind: ErrorKind, message = 'It did not work.', retryable = false) {
    super(message, { remedy: 'Do something else.' })
    this.code = code
    this.kind = kind
    this.retryable = retryable
  }
}

/** A pipeline in memory: patches wait in a list, a gate lands them all unless told otherwise. For tests of what stands above it. */
export class FakePipeline implements Pipeline {
  readonly repoId = REPO
  readonly target = TARGET
  workTree: string | null = '/nowhere'
  readonly config = configSchema.parse({})

  readonly queue: QueuedPatch[] = []
  readonly log: StoredEvent[] = []
  readonly pending: PendingApproval[] = []
  /** What was asked of it, newest last. */
  readonly calls: { name: string; request: unknown }[] = []
  closed = 0
  paused = false
  leaseHeld = true
  diffText = 'diff --git a/file.txt b/file.txt\n--- a/file.txt\n+++ b/file.txt\n@@ -1 +1 @@\n-old\n+new\n'
  outcomes = new Map<string, { status: PatchStatus; verdict: VerdictInput }>()
  reports: CheckReport[] = []
  diagnoses: Diagnosis[] = [{ name: 'git', state: 'ok', detail: 'git 2.43.0' }]
  runEvents: RunEvent[] = []
  runResult: Partial<RunResult> = {}
  /** Set to make the run wait for its signal, as a long one would. */
  runHangs = false
  agentLines: string[] = []
  agentPatch: Proposal | null = { title: 'From an agent' }
  workspaceList: WorkspaceInfo[] = []
  failNext: Error | undefined
  #wake: (() => void)[] = []

  async stamp() {
    this.#enter('stamp', null)
    return { repoId: REPO, commit: HEAD, indexVersion: null }
  }

  async index(options: Parameters<Pipeline['index']>[0] = {}) {
    this.#enter('index', options)
    for (const done of [0, 5, 10]) options.onProgress?.({ done, total: 10 })
    const stamp = await this.stamp()
    return { stamp, versionId: 7, indexer: 'fake/1', fileCount: 10, durationMs: 12, fresh: true }
  }

  async context(request: ContextRequest): Promise<ContextBundle> {
    this.#enter('context', request)
    const files: ContextBundle['files'] = [
      { path: 'src/a.ts', role: 'implementation', score: 0.9, why: ['defines login'], level: 'full', tokens: 120 },
      { path: 'test/a.test.ts', role: 'test', score: 0.5, why: ['tests src/a.ts'], level: 'signatures', tokens: 40 },
    ]
    return {
      stamp: await this.stamp(),
      files: files.slice(0, request.limit ?? files.length),
      text: 'the text',
      tokens: 160,
      overlay: null,
      notes: [],
      readSet: { paths: [repoPathSchema.parse('src/a.ts')], complete: true },
    }
  }

  async symbols(name: string): Promise<SymbolHit[]> {
    this.#enter('symbols', name)
    return name === 'login' ? [{ name, kind: 'function', path: 'src/a.ts', line: 3 }] : []
  }

  async references(name: string): Promise<SymbolHit[]> {
    this.#enter('references', name)
    return name === 'login' ? [{ name, kind: 'call', path: 'src/b.ts', line: 9 }] : []
  }

  async map(budgetTokens: number): Promise<string> {
    this.#enter('map', budgetTokens)
    return 'src/a.ts\n  login()\n'
  }

  async propose(proposal: Proposal): Promise<QueuedPatch> {
    this.#enter('propose', proposal)
    return this.add(proposal)
  }

  /** Puts a patch in line without being asked through the interface. */
  add(proposal: Proposal = {}, overrides: Partial<QueuedPatch> = {}, repoId: string = REPO): QueuedPatch {
    const patchId = patchIdSchema.parse(uuidV5(proposal.key ?? `${this.queue.length}`))
    const known = this.queue.find((queued) => queued.patch.patchId === patchId)
    if (known !== undefined) return known
    const patch = patchSchema.parse({
      patchId,
      repoId,
      target: TARGET,
      base: { repoId, commit: HEAD, indexVersion: null },
      author: { agent: proposal.agent ?? 'someone' },
      title: proposal.title ?? 'Change one file',
      changes: [{ kind: 'modify', path: 'file.txt', before: versionOf('old\n'), after: versionOf('new\n') }],
      priority: proposal.priority ?? 0,
      dependsOn: proposal.dependsOn ?? [],
    })
    const at = 1_760_000_000_000 + this.queue.length
    const queued: QueuedPatch = {
      patch,
      seq: this.queue.length + 1,
      status: 'queued',
      contentHash: contentHash(patch),
      verdict: null,
      parkedFor: null,
      approved: false,
      createdAt: at,
      updatedAt: at,
      settledAt: null,
      ...overrides,
    }
    this.queue.push(queued)
    this.emit('patch.queued', patchId)
    return queued
  }

  /** Parks a patch until a person answers. */
  park(proposal: Proposal = {}): PendingApproval {
    const patch = this.add(proposal, { status: 'awaiting_approval', parkedFor: 'approval' })
    const question: PendingApproval = {
      patch,
      risk: { level: 'high', score: 0.8, reasons: ['It changes .github/workflows/ci.yml.'] },
      contentHash: patch.contentHash,
      diff: this.diffText,
      requestedAt: patch.createdAt,
      expiresAt: patch.createdAt + 1000,
    }
    this.pending.push(question)
    return question
  }

  readonly patches: Pipeline['patches'] = {
    list: async (filter = {}) => {
      this.#enter('list', filter)
      const { status, runId, afterSeq = 0, limit, latestFirst = false } = filter
      const all = latestFirst ? this.queue.toReversed() : this.queue
      return all
        .filter((queued) => status === undefined || status.includes(queued.status))
        .filter((queued) => runId === undefined || queued.patch.author.runId === runId)
        .filter((queued) => queued.seq > afterSeq)
        .slice(0, limit)
    },
    get: async (id) => this.#find(id),
    diff: async (id) => {
      this.#find(id)
      return this.diffText
    },
    withdraw: async (id, reason) => {
      this.#enter('withdraw', { id, reason })
      return this.#settle(this.#find(id), 'withdrawn', { status: 'withdrawn', code: 'WITHDRAWN', message: reason })
    },
    pause: async () => {
      this.paused = true
    },
    resume: async () => {
      this.paused = false
    },
  }

  readonly approvals: Pipeline['approvals'] = {
    list: async () => [...this.pending],
    get: async (id) => this.#question(id),
    approve: async (id, answer) => {
      this.#enter('approve', { id, ...answer })
      const { patch } = this.#answer(id)
      return this.#replace({ ...patch, status: 'queued', parkedFor: null, approved: true })
    },
    reject: async (id, answer) => {
      this.#enter('reject', { id, ...answer })
      const { patch } = this.#answer(id)
      return this.#settle(patch, 'rejected', {
        status: 'rejected',
        code: 'APPROVAL_DENIED',
        message: answer.note ?? 'Refused.',
      })
    },
  }

  readonly gate: Pipeline['gate'] = {
    once: async () => {
      this.#enter('gate.once', null)
      return this.#land()
    },
    watch: async ({ signal, onReport }) => {
      this.#enter('gate.watch', null)
      onReport?.(this.#land())
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    },
  }

  async undo(request: { patchId?: string; runId?: string }): Promise<UndoPreview> {
    this.#enter('undo', request)
    const patches = request.patchId === undefined ? this.queue.slice(0, 1) : [this.#find(request.patchId)]
    return {
      patches,
      changes: patches.flatMap((queued) => queued.patch.changes),
      diff: this.diffText,
      propose: async () => patches.map((queued) => this.add({ title: `Undo: ${queued.patch.title}`, agent: 'undo' })),
    }
  }

  async agent(request: AgentRequest): Promise<QueuedPatch | null> {
    this.#enter('agent', request)
    for (const line of this.agentLines) request.onOutput?.(line)
    return this.agentPatch === null ? null : this.add(this.agentPatch)
  }

  readonly runs: Pipeline['runs'] = {
    start: async (request: RunRequest) => {
      this.#enter('run', request)
      return this.#run('run-1', request.signal)
    },
    resume: async (runId, options = {}) => {
      this.#enter('resume', { runId, ...options })
      return this.#run(runId, options.signal)
    },
    list: async () => [
      {
        runId: 'run-1',
        status: 'interrupted',
        title: 'A run',
        startedAt: 1_760_000_000_000,
        endedAt: null,
        subtasks: 2,
      },
    ],
  }

  readonly workspaces: Pipeline['workspaces'] = {
    list: async () => this.workspaceList,
    gc: async () => ({ removed: this.workspaceList, rescued: [] }),
    rescue: async (id) => ({ ref: `refs/patchlane/rescue/${id}` }),
    rebase: async (id) => ({ commit: LANDED, conflicts: id === 'ws-conflict' ? ['src/a.ts'] : [] }),
  }

  async test(options: Parameters<Pipeline['test']>[0] = {}): Promise<CheckReport[]> {
    this.#enter('test', options)
    options.onLine?.('running')
    return this.reports
  }

  async doctor(): Promise<Diagnosis[]> {
    return this.diagnoses
  }

  async metrics(): Promise<string> {
    this.#enter('metrics', null)
    return '# TYPE patchlane_target_leased gauge\npatchlane_target_leased 0\n'
  }

  async status(): Promise<PipelineStatus> {
    this.#enter('status', null)
    const count = (status: PatchStatus) => this.queue.filter((queued) => queued.status === status).length
    return {
      repoId: REPO,
      target: TARGET,
      head: HEAD,
      stamp: await this.stamp(),
      lease: null,
      paused: this.paused,
      queue: {
        queued: count('queued'),
        staged: count('staged'),
        checking: count('checking'),
        awaiting_approval: count('awaiting_approval'),
        landed: count('landed'),
        conflicted: count('conflicted'),
        rejected: count('rejected'),
        stale: count('stale'),
        broken: count('broken'),
        superseded: count('superseded'),
        withdrawn: count('withdrawn'),
      } satisfies Record<PatchStatus, number>,
      waiting: this.queue.filter((queued) => queued.status === 'queued'),
      pendingApprovals: this.pending.length,
      workspaces: { total: this.workspaceList.length, leased: 0 },
      runs: await this.runs.list(),
    }
  }

  async *events(options: Parameters<Pipeline['events']>[0] = {}): AsyncGenerator<StoredEvent> {
    this.#enter('events', { stream: options.stream, after: options.after, follow: options.follow })
    const { stream = `patch:${TARGET}`, signal, follow = false, limit = Number.POSITIVE_INFINITY } = options
    let last = options.after ?? 0
    let sent = 0
    const wakeUp = () => {
      for (const wake of this.#wake.splice(0)) wake()
    }
    signal?.addEventListener('abort', wakeUp, { once: true })
    const stopped = () => signal?.aborted === true
    while (!stopped()) {
      for (const event of this.log.filter((one) => one.stream === stream && one.seq > last)) {
        if (sent++ >= limit) return
        last = event.seq
        yield event
      }
      if (!follow) return
      if (!stopped()) await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** Appends to the log and wakes those who follow it. */
  emit(type: string, subject: string, stream = `patch:${TARGET}`): void {
    const seq = this.log.filter((event) => event.stream === stream).length + 1
    this.log.push({ stream, seq, type, subject, data: {}, at: 1_760_000_000_000 + seq })
    for (const wake of this.#wake.splice(0)) wake()
  }

  async close(): Promise<void> {
    this.closed += 1
  }

  /** What was asked last under this name. */
  lastCall(name: string): unknown {
    return this.calls.findLast((call) => call.name === name)?.request
  }

  #enter(name: string, request: unknown): void {
    this.calls.push({ name, request })
    const failure = this.failNext
    this.failNext = undefined
    if (failure !== undefined) throw failure
  }

  #find(id: string): QueuedPatch {
    const found = this.queue.filter((queued) => queued.patch.patchId.startsWith(id))
    const [first] = found
    if (first === undefined) throw new FakeError('PIPELINE_NOT_FOUND', 'usage', `No patch begins with ${id}.`)
    if (found.length > 1) throw new FakeError('PIPELINE_AMBIGUOUS_ID', 'usage', `${id} is ambiguous.`)
    return first
  }

  #question(id: string): PendingApproval {
    const found = this.pending.find((question) => question.patch.patch.patchId.startsWith(id))
    if (found === undefined) throw new FakeError('PIPELINE_APPROVAL_NOT_FOUND', 'usage', `Nothing to answer for ${id}.`)
    return found
  }

  #answer(id: string): PendingApproval {
    const question = this.#question(id)
    this.pending.splice(this.pending.indexOf(question), 1)
    return question
  }

  #replace(queued: QueuedPatch): QueuedPatch {
    const at = this.queue.findIndex((one) => one.patch.patchId === queued.patch.patchId)
    this.queue[at] = queued
    this.emit(`patch.${queued.status}`, queued.patch.patchId)
    return queued
  }

  #settle(queued: QueuedPatch, status: PatchStatus, verdict: VerdictInput): QueuedPatch {
    return this.#replace({ ...queued, status, verdict: verdictSchema.parse(verdict), settledAt: queued.createdAt + 5 })
  }

  #land(): GateReport {
    if (!this.leaseHeld) return { lease: null, settled: [], parked: [], head: HEAD, recovered: [] }
    const settled = this.queue
      .filter((queued) => queued.status === 'queued')
      .map((queued) => {
        const outcome = this.outcomes.get(queued.patch.patchId) ?? {
          status: 'landed' as const,
          verdict: { status: 'landed' as const, code: 'LANDED', message: 'Landed.', landedCommit: LANDED },
        }
        return this.#settle(queued, outcome.status, outcome.verdict)
      })
    return { lease: { owner: 'fake', epoch: 1 }, settled, parked: [], head: LANDED, recovered: [] }
  }

  #run(runId: string, signal: AbortSignal | undefined): RunHandle {
    const { runEvents, runHangs } = this
    const ended = new Promise<void>((resolve) => {
      if (runHangs) signal?.addEventListener('abort', () => resolve(), { once: true })
      else resolve()
    })
    const events = (async function* () {
      yield* runEvents
      await ended
    })()
    const result = ended.then(
      (): RunResult => ({
        runId,
        target: TARGET,
        base: HEAD,
        head: LANDED,
        patches: [],
        durationMs: 1500,
        cost: { inputTokens: 0, outputTokens: 0, usd: 0 },
        ...this.runResult,
      }),
    )
    return { runId, events, result }
  }
}

/** A workspace as it is listed. */
export function workspaceFixture(overrides: Partial<WorkspaceInfo> = {}): WorkspaceInfo {
  return {
    id: workspaceIdSchema.parse('ws-1'),
    directory: '/state/ws-1',
    commit: HEAD,
    holder: 'agent-1',
    size: 2048,
    createdAt: 1_760_000_000_000,
    expiresAt: null,
    state: 'leased',
    ...overrides,
  }
}
