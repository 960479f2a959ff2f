/** Variables that programs need to work at all and that hold no secret. */
const allowed = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'TMP',
  'TEMP',
  'TERM',
  'NO_COLOR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'JAVA_HOME',
  // Windows
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'PROGRAMDATA',
  'NUMBER_OF_PROCESSORS',
])
const allowedPrefixes = ['LC_', 'XDG_']

/**
 * The environment for a child: the harmless variables of this process and what `extra` adds. Everything else stays behind, tokens, `GIT_*`
 * and `NODE_OPTIONS` included, so that what a child sees is a decision. A name set to `undefined` in `extra` is left out.
 */
export function cleanEnvironment(
  extra: Record<string, string | undefined> = {},
  parent: Record<string, string | undefined> = process.env,
): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(parent)) {
    const key = name.toUpperCase()
    if (value === undefined) continue
    if (allowed.has(key) || allowedPrefixes.some((prefix) => key.startsWith(prefix))) result[name] = value
  }
  for (const [name, value] of Object.entries(extra)) {
    if (value === undefined) delete result[name]
    else result[name] = value
  }
  return result
}
