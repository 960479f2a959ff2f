import { randomUUID } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Runs the first `ts` block of a package's README as a module and returns what it exports, so that the README cannot drift
 * from the code. The block is written beside the package's tests, where its imports resolve as a reader's would.
 */
export async function runReadmeExample(packageDirectory: string): Promise<Record<string, unknown>> {
  const readme = await readFile(join(packageDirectory, 'README.md'), 'utf8')
  const block = /^```ts\n([\s\S]*?)^```$/m.exec(readme)?.[1]
  if (block === undefined) throw new Error(`${packageDirectory}/README.md has no ts block`)
  const file = join(packageDirectory, 'test', `.readme-${randomUUID()}.ts`)
  await writeFile(file, block)
  try {
    return await import(pathToFileURL(file).href)
  } finally {
    await rm(file, { force: true })
  }
}
