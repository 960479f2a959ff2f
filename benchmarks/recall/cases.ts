import { roleOf } from '@patchlane/context-builder'
import type { GitRepository } from '@patchlane/git'
import type { ObjectId } from '@patchlane/kernel'

/** One past commit as a question: its message without paths is the task, its parent the repository, what it modified the answer. */
export interface RecallCase {
  commit: ObjectId
  parent: ObjectId
  task: string
  answer: string[]
  tests: string[]
}

/** What is looked for: files that the index takes for implementation, or all code by a rule that knows nothing of the index. */
export type AnswerKind = 'implementation' | 'code'

const codeEnding = /\.(?:py|[cm]?[jt]sx?|go|rs|java|vue|svelte|astro|rb|c|cc|cpp|h|hpp|cs|php|css|scss|less|html)$/
const noProgram =
  /(?:^|\/)(?:tests?|__tests?__|specs?|testing|e2e|fixtures?|__fixtures__|__mocks__|testdata|docs?|documentation|examples?|website|node_modules|vendor|dist)\/|(?:^|\/)test_[^/]*$|_test\.\w+$|[._-](?:test|spec)\.\w+$|(?:^|\/)conftest\.py$/

const isAnswer: Record<AnswerKind, (path: string) => boolean> = {
  implementation: (path) => roleOf(path) === 'implementation',
  code: (path) => codeEnding.test(path) && !noProgram.test(path),
}

/** Commits whose message says nothing about the code they touch: releases, bumps, merges, reverts. */
const chores =
  /^(?:release|bump|prepare|version|v?\d+\.\d+|merge|revert|sync|back to dev|start \d|publish|update (?:dependenc|lock|changelog|license)|chore(?:\([^)]*\))?!?:|ci(?:\([^)]*\))?!?:|build\(deps|docs?(?:\([^)]*\))?!?:|deps|lint|format|typo|\[?pre-commit|apply automatic changes)|\brelease\b.*\d|dependabot|renovate|bump version/i

/** Work of tools over the whole tree: formatters, linters, type checkers, dropped versions, dependencies. */
const mechanical =
  /\b(?:ruff|black|isort|flake8|pyupgrade|mypy|pyright|pylint|eslint|oxlint|oxfmt|biome|dprint|rustfmt|clippy|gofmt|golangci|linters?|linting|formatters?|type (?:hints?|annotations?|checking|errors)|typings?|pre-commit|dev(?:elopment)? dependenc\w+|dependenc(?:y|ies)|end of life|drop (?:support for )?(?:python|node)|copyright|typos?|spelling|lockfile)\b/i

export interface CaseOptions {
  /** Cases at most. */
  count: number
  /** Newest commits to choose from. */
  window: number
  /** Files of one answer at most. */
  maxFiles: number
  answer: AnswerKind
}

/** Picks `count` commits, evenly spaced over the newest `window`; deterministic. */
export async function recallCases(repository: GitRepository, options: CaseOptions): Promise<RecallCase[]> {
  const log = await repository.log({ to: 'HEAD', max: options.window })
  const usable: RecallCase[] = []
  for (const entry of log) {
    const [parent] = entry.parents
    if (parent === undefined || entry.parents.length > 1 || chores.test(entry.subject)) continue
    if (mechanical.test(entry.subject)) continue
    const differences = await repository.diffTrees(parent, entry.commit)
    const existing = differences.filter(({ before }) => before !== null).map(({ path }) => path)
    const answer = existing.filter(isAnswer[options.answer])
    if (answer.length === 0 || answer.length > options.maxFiles) continue
    const task = withoutPaths(entry.message)
    if ((task.match(/[A-Za-z]{3,}/g) ?? []).length < 3) continue
    const tests = existing.filter((path) => roleOf(path) === 'test')
    usable.push({ commit: entry.commit, parent, task, answer, tests })
  }
  if (usable.length <= options.count) return usable
  return Array.from(
    { length: options.count },
    (_, n) => usable[Math.floor((n * usable.length) / options.count)],
  ).filter((one) => one !== undefined)
}

/** The message as an issue might put it: no path and no file name, no trailers, links or numbers of pull requests. */
export function withoutPaths(message: string): string {
  return message
    .replace(/^(?:[A-Z][\w-]*-by|Co-authored-by|Change-Id|Link|Reviewed-on|Closes|Fixes|Refs?): .*$/gim, '')
    .replace(/https?:\/\/\S+/g, '')
    .replace(/(?:[\w@.-]+\/)+[\w@.-]+\.\w+/g, '')
    .replace(/(?:^|\s)(?:[\w@.-]+\/){1,}[\w@.-]*(?=\s|$|[,;:)])/g, ' ')
    .replace(
      /\b[\w-]+\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|c|cc|cpp|h|hpp|cs|rb|php|vue|svelte|css|json|ya?ml|toml|md|rst|txt)\b/g,
      '',
    )
    .replace(/\(?#\d+\)?/g, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
