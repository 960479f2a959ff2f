import { describe, expect, it } from 'vitest'
import {
  CommandRunner,
  JestRunner,
  MemoryTestVerdictCache,
  NodeTestRunner,
  PytestRunner,
  TestmonRunner,
  type TestRunner,
  VitestRunner,
} from '../src/index.ts'
import { type RunnerProject, testRunnerContract, verdictCacheContract } from '../src/testing/index.ts'
import { temporaryProject } from './project.ts'
import { testPython } from './python.ts'

type Equal = (a: number, b: number) => string

function scriptHarness(runner: TestRunner, header: string, equal: Equal, missing: TestRunner) {
  const names = { passing: 'passing.test.js', failing: 'failing.test.js', endless: 'endless.test.js' }
  const endless = "test('waits', async () => { setInterval(() => {}, 1000); await new Promise(() => {}) }, 60000)"
  return {
    runner,
    missing,
    async project(options: { endless?: boolean } = {}): Promise<RunnerProject> {
      const { directory, dispose } = await temporaryProject(
        {
          'package.json': '{ "type": "module", "jest": {} }',
          [names.passing]: `${header}\ntest('one', () => {})\ntest('two', () => {})\n`,
          [names.failing]: `${header}\n\ntest('adds', () => { ${equal(2, 2)} })\ntest('subtracts', () => {\n  ${equal(2, 3)}\n})\n`,
          ...(options.endless ? { [names.endless]: `${header}\n${endless}\n` } : {}),
        },
        { linkModules: true },
      )
      return { directory, dispose, ...names }
    },
  }
}

const expectEqual: Equal = (a, b) => `expect(${a}).toBe(${b})`
const assertEqual: Equal = (a, b) => `assert.equal(${a}, ${b})`
const noNode = { node: '/nowhere/node' }
const nodeHeader = "import assert from 'node:assert'\nimport test from 'node:test'"

describe('VitestRunner', () => {
  const header = "import { expect, test } from 'vitest'"
  testRunnerContract({ it, expect }, scriptHarness(new VitestRunner(), header, expectEqual, new VitestRunner(noNode)))
})

describe('JestRunner', () => {
  const jest = new JestRunner({ args: ['--experimental-vm-modules'] })
  testRunnerContract({ it, expect }, scriptHarness(jest, '', expectEqual, new JestRunner(noNode)))
})

describe('NodeTestRunner', () => {
  const missing = new NodeTestRunner(noNode)
  testRunnerContract({ it, expect }, scriptHarness(new NodeTestRunner(), nodeHeader, assertEqual, missing))

  it('names a file that cannot be loaded, with what it printed', async () => {
    const { directory, dispose } = await temporaryProject({ 'a.test.mjs': "import './no-such-file.mjs'\n" })
    const result = await new NodeTestRunner().run({ directory, files: ['a.test.mjs'] })
    expect(result).toMatchObject({ outcome: 'failed', failures: [{ file: 'a.test.mjs' }] })
    expect(result.failures[0]?.output).toContain('no-such-file')
    await dispose()
  })
})

describe('CommandRunner', () => {
  const command = (program: string) =>
    new CommandRunner({
      name: 'command',
      command: [program, '--test', '--test-reporter=junit', '--test-reporter-destination={junit}', '{files}'],
    })
  const harness = scriptHarness(command('node'), nodeHeader, assertEqual, command('/nowhere/node'))
  testRunnerContract({ it, expect }, { ...harness, runner: withoutNames(command('node')) })

  it('names failing tests when the program writes a JUnit report', async () => {
    const { directory, dispose, failing } = await harness.project()
    const result = await command('node').run({ directory, files: [failing] })
    expect(result.failures.map((failure) => failure.test)).toEqual(['test.subtracts'])
    await dispose()
  })
})

/** The same program judged by exit code alone. */
function withoutNames(runner: CommandRunner): TestRunner {
  return {
    name: 'command',
    language: 'any',
    selectsFiles: true,
    namesTests: false,
    run: (request) => runner.run(request),
  }
}

const pythonFiles = {
  'test_passing.py': 'def test_one(): pass\ndef test_two(): pass\n',
  'test_failing.py':
    'def test_adds():\n    assert 1 + 1 == 2\n\ndef test_subtracts():\n    got = 2\n    assert got == 3\n',
}
const endlessPython = 'import time\ndef test_waits():\n    time.sleep(60)\n'

function pythonHarness(make: (python: string) => TestRunner, python: string) {
  return {
    runner: make(python),
    missing: make('/nowhere/python'),
    async project(options: { endless?: boolean } = {}): Promise<RunnerProject> {
      const files = { ...pythonFiles, ...(options.endless ? { 'test_endless.py': endlessPython } : {}) }
      const { directory, dispose } = await temporaryProject(files)
      return { directory, dispose, passing: 'test_passing.py', failing: 'test_failing.py', endless: 'test_endless.py' }
    },
  }
}

describe.skipIf(testPython === undefined)('PytestRunner', () => {
  const python = testPython ?? ''
  testRunnerContract(
    { it, expect },
    pythonHarness((program) => new PytestRunner({ python: program }), python),
  )

  it('names a file that cannot be imported', async () => {
    const { directory, dispose } = await temporaryProject({ 'test_a.py': 'import no_such_module\n' })
    const result = await new PytestRunner({ python }).run({ directory, files: 'all' })
    expect(result).toMatchObject({ outcome: 'failed', failures: [{ file: 'test_a.py', test: 'test_a.py' }] })
    expect(result.failures[0]?.output).toContain('no_such_module')
    await dispose()
  })

  it('is broken, not failed, when its own configuration is wrong', async () => {
    const ini = '[pytest]\naddopts = --no-such-option\n'
    const { directory, dispose } = await temporaryProject({ 'pytest.ini': ini, ...pythonFiles })
    const result = await new PytestRunner({ python }).run({ directory, files: 'all' })
    expect(result.outcome).toBe('broken')
    expect(result.output).toContain('no-such-option')
    await dispose()
  })

  it('gives a parametrised method the name pytest can run again', async () => {
    const source =
      'import pytest\nclass TestK:\n    @pytest.mark.parametrize("v", [1, 2])\n    def test_p(self, v):\n        assert v == 1\n'
    const { directory, dispose } = await temporaryProject({ 'tests/test_k.py': source })
    const result = await new PytestRunner({ python }).run({ directory, files: 'all' })
    expect(result.failures.map(({ test, line }) => [test, line])).toEqual([['tests/test_k.py::TestK::test_p[2]', 5]])
    await dispose()
  })
})

describe.skipIf(testPython === undefined)('TestmonRunner', () => {
  const python = testPython ?? ''

  it('adds what its record knows to what was selected, and never drops a selected file', async () => {
    const project = await temporaryProject({
      'lib.py': 'def double(n):\n    return n * 2\n',
      'test_lib.py':
        'import importlib\ndef test_double():\n    assert importlib.import_module("li" + "b").double(2) == 4\n',
      'test_other.py': 'def test_other(): pass\n',
    })
    const records = await temporaryProject({})
    const runner = new TestmonRunner({ python, dataFile: `${records.directory}/record/testmon` })
    const request = { directory: project.directory, files: ['test_other.py'] }
    expect((await runner.run({ ...request, files: 'all' })).files).toEqual(['test_lib.py', 'test_other.py'])
    expect(await runner.run(request)).toMatchObject({ outcome: 'passed', files: ['test_other.py'] })
    await project.write({ 'lib.py': 'def double(n):\n    return n * 3\n' })
    expect(await runner.run(request)).toMatchObject({
      outcome: 'failed',
      failed: 1,
      files: ['test_lib.py', 'test_other.py'],
      failures: [{ test: 'test_lib.py::test_double' }],
    })
    await Promise.all([project.dispose(), records.dispose()])
  })
})

describe('MemoryTestVerdictCache', () => {
  verdictCacheContract({ it, expect }, { open: async () => new MemoryTestVerdictCache() })

  it('forgets what was not asked for longest', async () => {
    const cache = new MemoryTestVerdictCache(2)
    for (const key of ['a', 'b']) await cache.set(key, { passed: 1, skipped: 0 })
    await cache.get('a')
    await cache.set('c', { passed: 1, skipped: 0 })
    expect(await cache.get('b')).toBeUndefined()
    expect(await cache.get('a')).toBeDefined()
  })
})
