import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { z } from 'zod'
import { UnreadableManifestError } from '../errors.ts'
import { folderOf, foldersUpwards, joinPath, nameOf, within } from '../project-files.ts'
import { PytestRunner } from '../runners/pytest-runner.ts'
import { TestmonRunner } from '../runners/testmon-runner.ts'
import type { TestProject } from './test-project.ts'

export interface PythonOptions {
  /** The interpreter with the project's dependencies. @default the project's `.venv`, else VIRTUAL_ENV, else python3 from PATH */
  python?: string
  /** Where testmon keeps its record; without it pytest runs alone. */
  testmonDataFile?: string
  args?: readonly string[]
}

const listOrWords = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/\s+/).filter((word) => word !== ''))])
  .catch([])
const pytestSettingsSchema = z.looseObject({
  python_files: listOrWords.default([]),
  pythonpath: listOrWords.default([]),
  addopts: listOrWords.default([]),
})
type PytestSettings = z.infer<typeof pytestSettingsSchema>

const pyprojectSchema = z.looseObject({
  tool: z
    .looseObject({
      pytest: z.looseObject({ ini_options: pytestSettingsSchema.optional() }).optional(),
      setuptools: z
        .looseObject({
          packages: z
            .looseObject({ find: z.looseObject({ where: listOrWords.default([]) }).optional() })
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional(),
})

const DEFAULT_FILES = ['test_*.py', '*_test.py']
const isPythonTest = (path: string) => /^(?:test_.*|.*_test)\.py$/.test(nameOf(path))

/** The folders where pytest has its configuration; without any, the top of what has Python tests. */
export async function detectPythonProjects(
  directory: string,
  files: readonly string[],
  options: PythonOptions = {},
): Promise<TestProject[]> {
  const tests = files.filter(isPythonTest)
  const found = new Map<string, { settings: PytestSettings; reason: string; where: string[] }>()
  for (const path of files.filter((file) =>
    /^(?:pyproject\.toml|pytest\.ini|\.pytest\.ini|tox\.ini|setup\.cfg)$/.test(nameOf(file)),
  )) {
    const read = await readSettings(directory, path)
    const folder = folderOf(path)
    const holdsTests = files.some(
      (file) => within(folder, file) !== undefined && (isPythonTest(file) || nameOf(file) === 'conftest.py'),
    )
    if (read.settings !== undefined)
      found.set(folder, { settings: read.settings, reason: `${nameOf(path)} configures pytest`, where: read.where })
    else if (nameOf(path) === 'pyproject.toml' && holdsTests && !found.has(folder)) {
      found.set(folder, {
        settings: pytestSettingsSchema.parse({}),
        reason: 'pyproject.toml beside Python tests',
        where: read.where,
      })
    }
  }
  const owned = (test: string) => foldersUpwards(folderOf(test)).some((folder) => found.has(folder))
  if (tests.some((test) => !owned(test))) {
    found.set('', { settings: pytestSettingsSchema.parse({}), reason: 'there are Python tests', where: [] })
  }
  const roots = [...found].map(([folder, { settings, where }]) =>
    sourceRootsOf(files, folder, [...settings.pythonpath, ...where]),
  )
  return [...found].map(([folder, { settings, reason }], index) => {
    // A project sees its own code first, then that of its neighbours, which it may depend on by an editable install.
    const own = roots[index] ?? []
    const sourceRoots = [...new Set([...own, ...roots.flat()])]
    const python = options.python ?? findPython(directory, folder)
    const absolute = sourceRoots.map((root) => join(directory, root))
    const common = { python, sourceRoots: absolute, ...(options.args === undefined ? {} : { args: options.args }) }
    const runner =
      options.testmonDataFile === undefined
        ? new PytestRunner(common)
        : new TestmonRunner({ ...common, dataFile: dataFileOf(options.testmonDataFile, folder) })
    const patterns = settings.python_files.length > 0 ? settings.python_files : DEFAULT_FILES
    return {
      directory: folder,
      runner,
      reason,
      testFiles: patterns.map((pattern) => (pattern.includes('/') ? pattern : `**/${pattern}`)),
      sourceRoots,
      python,
      testsDocuments: settings.addopts.some((option) => option.includes('doctest')),
    }
  })
}

/** Each project has a record of its own. */
function dataFileOf(base: string, folder: string): string {
  return folder === '' ? base : `${base}.${folder.replaceAll('/', '-')}`
}

/** The interpreter of a project's own environment, if it has one. */
export function findPython(directory: string, folder: string): string {
  const program = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']
  for (const parent of foldersUpwards(folder)) {
    for (const name of ['.venv', 'venv']) {
      const candidate = join(directory, parent, name, ...program)
      if (existsSync(candidate)) return candidate
    }
  }
  const active = process.env.VIRTUAL_ENV
  return active === undefined || active === '' ? 'python3' : join(active, ...program)
}

function sourceRootsOf(files: readonly string[], folder: string, configured: readonly string[]): string[] {
  const source = joinPath(folder, 'src') ?? folder
  const hasSource = files.some((path) => path.startsWith(`${source}/`) && path.endsWith('.py'))
  const more = configured.flatMap((path) => joinPath(folder, path) ?? [])
  return [...new Set([...(hasSource ? [source] : []), ...more, folder])]
}

async function readSettings(
  directory: string,
  path: string,
): Promise<{ settings: PytestSettings | undefined; where: string[] }> {
  const text = await readFile(join(directory, path), 'utf8')
  try {
    if (nameOf(path) === 'pyproject.toml') {
      const { tool } = pyprojectSchema.parse(parseToml(text))
      return { settings: tool?.pytest?.ini_options, where: tool?.setuptools?.packages?.find?.where ?? [] }
    }
    const section = readIniSection(text, nameOf(path) === 'setup.cfg' ? 'tool:pytest' : 'pytest')
    return { settings: section === undefined ? undefined : pytestSettingsSchema.parse(section), where: [] }
  } catch (error) {
    throw new UnreadableManifestError(path, error)
  }
}

/** The keys of one section of an ini file; indented lines continue a value. */
function readIniSection(text: string, name: string): Record<string, string> | undefined {
  let values: Record<string, string> | undefined
  let inside = false
  let key = ''
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]/.exec(line)
    if (header !== null) {
      inside = header[1] === name
      if (inside) values ??= {}
    } else if (inside && values !== undefined && !/^\s*[#;]/.test(line)) {
      const pair = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line)
      if (pair !== null) {
        key = pair[1] ?? ''
        values[key] = pair[2] ?? ''
      } else if (/^\s+\S/.test(line)) values[key] = `${values[key] ?? ''} ${line.trim()}`
    }
  }
  return values
}
