import { readFileSync } from 'node:fs'
import { z } from 'zod'

const argv = z.array(z.string().min(1)).min(1)

/** What has to be known of a repository beside its plan; `project.json` in the plan's folder. */
export const projectSchema = z.strictObject({
  /** Patterns that git shall not see in the clone: what `prepare` makes and the repository does not ignore itself. */
  ignore: z.array(z.string()).default(['patchlane.config.json']),
  /** Programs that bring the dependencies into a fresh clone. */
  prepare: z.array(argv).default([]),
  /** The project's whole test suite. */
  test: argv,
  /** Patchlane's configuration for the run. The replay expects checks that do not rewrite files. */
  config: z.record(z.string(), z.unknown()).default({}),
})
export type Project = z.infer<typeof projectSchema>

/** Reads a project file; `test` given on the command line wins. */
export function readProject(file: string, test: string | undefined): Project {
  const written: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const project = projectSchema.parse(written)
  return test === undefined ? project : { ...project, test: argv.parse(JSON.parse(test)) }
}
