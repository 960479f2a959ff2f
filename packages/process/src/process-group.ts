/**
 * Ends, at once, all that is left of the group that a child of ours led. The pid stays reserved while any member lives, so this hits
 * nobody else; an empty group is no error.
 */
export function endGroup(pid: number | undefined, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (pid === undefined || process.platform === 'win32') return
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is empty: all ended by themselves.
  }
}
