import { firstLine, shorten } from '../shorten.ts'
import type { TestFailure } from '../test-runner.ts'
import { parseXml, type XmlElement } from './xml.ts'

export interface JunitCase {
  name: string
  className: string
  file: string | undefined
  line: number | undefined
  /** Names of the suites around it, outermost first. */
  suites: string[]
  outcome: 'passed' | 'failed' | 'skipped'
  message: string
  output: string
}

/** The cases of a JUnit XML report; undefined if it is none. */
export function readJunit(source: string | null): JunitCase[] | undefined {
  const root = source === null ? undefined : parseXml(source.trim())
  if (root === undefined || !['testsuites', 'testsuite'].includes(root.name)) return undefined
  const cases: JunitCase[] = []
  collect(root, [], cases)
  return cases
}

function collect(element: XmlElement, suites: string[], cases: JunitCase[]): void {
  for (const child of element.children) {
    if (child.name === 'testsuite') collect(child, [...suites, child.attributes.name ?? ''], cases)
    if (child.name === 'testcase') cases.push(readCase(child, suites))
  }
}

function readCase(element: XmlElement, suites: string[]): JunitCase {
  const skipped = element.children.some((child) => child.name === 'skipped')
  const problem = element.children.find((child) => child.name === 'failure' || child.name === 'error')
  const line = Number(element.attributes.line)
  return {
    name: element.attributes.name ?? '',
    className: element.attributes.classname ?? '',
    file: element.attributes.file,
    line: Number.isInteger(line) && line > 0 ? line : undefined,
    suites,
    // A failing test that is marked as to do is not a failure to any runner.
    outcome: skipped ? 'skipped' : problem === undefined ? 'passed' : 'failed',
    message: problem?.attributes.message ?? '',
    output: [problem?.text ?? '', ...element.children.filter((child) => /^system-/.test(child.name)).map((c) => c.text)]
      .join('\n')
      .trim(),
  }
}

/** Tallies of a report. */
export function countCases(cases: readonly JunitCase[]): { passed: number; failed: number; skipped: number } {
  const count = (outcome: JunitCase['outcome']) => cases.filter((test) => test.outcome === outcome).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/** A failure from a case, once the runner's adapter has said where it is and what it is called. */
export function failureOf(
  test: JunitCase,
  place: { file: string | undefined; line?: number | undefined; name: string },
): TestFailure {
  return {
    ...(place.file === undefined ? {} : { file: place.file }),
    ...(place.line === undefined ? {} : { line: place.line }),
    test: place.name,
    message: firstLine(test.message) || firstLine(test.output),
    output: shorten(test.output),
  }
}
