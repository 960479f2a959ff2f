import { nameOf } from '../project-files.ts'
import { fileKind } from './file-kind.ts'

/** Why a test belongs to one of the changed files by its name alone: `foo.test.ts` and `test_foo.py` to `foo`. */
export function testsNamedAfter(test: string, changed: Iterable<string>): string[] {
  const subject = subjectOf(nameOf(test))
  if (subject === undefined) return []
  const reasons: string[] = []
  for (const path of changed) {
    if (!['javascript', 'python'].includes(fileKind(path))) continue
    const stem = nameOf(path).replace(/\.[^.]+$/, '')
    if (path !== test && stem.toLowerCase() === subject && !GENERIC.has(subject))
      reasons.push(`it is named after ${path}, which changed`)
  }
  return reasons
}

/** Names that say nothing about a relation. */
const GENERIC = new Set(['index', '__init__', 'main', 'utils', 'types', 'conftest'])

function subjectOf(name: string): string | undefined {
  const stem = name.replace(/\.[cm]?[jt]sx?$|\.py$/, '')
  const subject = /^(.+)[._-](?:test|spec)$/.exec(stem)?.[1] ?? /^test[._-](.+)$/.exec(stem)?.[1]
  return subject?.toLowerCase()
}
