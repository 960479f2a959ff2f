/** Counts and gauges of one process, in the names and text form that Prometheus reads; no library needed to keep them. */
export class IndexMetrics {
  #indexed = 0
  #failed = 0
  #durationMs = 0
  #stale = 0
  #refused = 0
  #stalenessSeconds = 0
  #stalenessCommits = 0

  indexed(durationMs: number): void {
    this.#indexed += 1
    this.#durationMs += durationMs
  }

  failed(): void {
    this.#failed += 1
  }

  /** One request was compared with the head: how far behind it was, and what became of it. */
  checked(seen: { secondsBehind: number; commitsBehind: number; stale: boolean; refused: boolean }): void {
    this.#stalenessSeconds = seen.secondsBehind
    this.#stalenessCommits = seen.commitsBehind
    if (seen.stale) this.#stale += 1
    if (seen.refused) this.#refused += 1
  }

  snapshot(): Record<string, number> {
    return {
      index_versions_ready_total: this.#indexed,
      index_versions_failed_total: this.#failed,
      index_duration_seconds_sum: this.#durationMs / 1000,
      index_staleness_seconds: this.#stalenessSeconds,
      index_staleness_commits: this.#stalenessCommits,
      index_stale_requests_total: this.#stale,
      index_refused_requests_total: this.#refused,
    }
  }

  toPrometheus(): string {
    return Object.entries(this.snapshot())
      .map(([name, value]) => {
        const type = name.endsWith('_total') || name.endsWith('_sum') ? 'counter' : 'gauge'
        return `# TYPE ${name} ${type}\n${name} ${value}\n`
      })
      .join('')
  }
}
