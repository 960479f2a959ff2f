import { matchesGlob } from '../glob.ts'
import { folderOf, foldersUpwards, listProjectFiles, within } from '../project-files.ts'
import type { NodeToolOptions } from '../runners/json-report-runner.ts'
import { detectJavaScriptProjects } from './javascript-projects.ts'
import { readPackages } from './manifests.ts'
import { detectPythonProjects, type PythonOptions } from './python-projects.ts'
import type { TestProject } from './test-project.ts'

export interface DetectOptions {
  /** The root of the tree. Absolute. */
  directory: string
  /** Its files, if the caller knows them. @default what git lists, or a walk */
  files?: readonly string[]
  node?: NodeToolOptions
  python?: PythonOptions
  signal?: AbortSignal
}

/** Finds which runner runs which tests of a tree, by its manifests and configuration files alone; nothing is executed. Deepest folders first. */
export async function detectTestRunners(options: DetectOptions): Promise<TestProject[]> {
  const { directory } = options
  const files = options.files ?? (await listProjectFiles(directory, options.signal))
  const packages = await readPackages(directory, files)
  const projects = [
    ...(await detectJavaScriptProjects(directory, files, packages, options.node)),
    ...(await detectPythonProjects(directory, files, options.python)),
  ]
  return projects.sort((a, b) => b.directory.length - a.directory.length || (a.directory < b.directory ? -1 : 1))
}

const CODE = { javascript: /\.[cm]?[jt]sx?$/, python: /\.pyi?$/ }

/** The project that runs a file as a test; undefined if none does. A file belongs to the innermost project of its language. */
export function ownerOfTest(projects: readonly TestProject[], path: string): TestProject | undefined {
  const python = CODE.python.test(path)
  if (!python && !CODE.javascript.test(path)) return undefined
  const folders = foldersUpwards(folderOf(path))
  const owner = folders
    .flatMap((folder) => projects.filter((project) => project.directory === folder))
    .find((project) => (project.runner.language === 'python') === python)
  if (owner === undefined) return undefined
  const inside = within(owner.directory, path)
  return inside !== undefined && owner.testFiles.some((glob) => matchesGlob(inside, glob)) ? owner : undefined
}
