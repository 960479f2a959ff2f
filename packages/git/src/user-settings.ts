import { cleanEnvironment, runProcess } from '@patchlane/process'

/** What of the user's own configuration a checkout needs in order to look as the user's git would leave it. */
const wanted =
  '^(core\\.(autocrlf|eol|safecrlf|symlinks|filemode|ignorecase|precomposeunicode|longpaths|excludesfile|attributesfile)|safe\\.directory|filter\\..*)$'

/** A filter that a checkout cannot do without and whose program is what it says: git's large-file storage, unchanged. */
function isLargeFileFilter(name: string, value: string): boolean {
  return (
    /^filter\.lfs\./.test(name) &&
    (/^git-lfs (?:clean|smudge|filter-process)\b[ \w%.-]*$/.test(value) || value === 'true')
  )
}

/**
 * Reads the user's line-end, ignore and ownership settings, with their global configuration in force, as `name=value`. Filters
 * that repositories or people configured are switched off, because they run programs on content that agents wrote; only
 * large-file storage passes, if it is configured as its installer does.
 */
export async function readUserSettings(directory: string): Promise<string[]> {
  const result = await runProcess({
    file: 'git',
    args: ['config', '--null', '--get-regexp', wanted],
    cwd: directory,
    env: cleanEnvironment({ GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }),
    timeoutMs: 30_000,
  })
  const settings: string[] = []
  const filters = new Map<string, [string, string][]>()
  for (const record of result.stdout.split('\0')) {
    const end = record.indexOf('\n')
    if (record === '') continue
    const [name, value] = end < 0 ? [record, 'true'] : [record.slice(0, end), record.slice(end + 1)]
    const filter = /^filter\.(.*)\.[^.]+$/s.exec(name)?.[1]
    if (filter === undefined) settings.push(`${name}=${value}`)
    else filters.set(filter, [...(filters.get(filter) ?? []), [name, value]])
  }
  for (const [filter, values] of filters) {
    if (values.every(([name, value]) => isLargeFileFilter(name, value))) {
      settings.push(...values.map(([name, value]) => `${name}=${value}`))
    } else {
      settings.push(...['clean=', 'smudge=', 'process=', 'required=false'].map((end) => `filter.${filter}.${end}`))
    }
  }
  return settings
}
