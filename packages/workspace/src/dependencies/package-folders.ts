/** Files that say that a folder can have dependencies of its own. */
export const manifests: readonly string[] = [
  'package.json',
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'requirements.txt',
]

/** The folders that hold such a file, sorted; '' is the root. Other files count nothing. */
export function packageFolders(files: Iterable<string>): string[] {
  const folders = new Set<string>()
  for (const path of files) {
    const end = path.lastIndexOf('/')
    if (manifests.includes(path.slice(end + 1))) folders.add(path.slice(0, Math.max(0, end)))
  }
  return [...folders].sort()
}
