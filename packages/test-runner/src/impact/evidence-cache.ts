import { fileKind } from './file-kind.ts'
import { type Evidence, scanData, scanJavaScript, scanPython } from './scan.ts'

/** Evidence by content, so that a file is searched once, whatever its place and however often the tree is looked at. */
export class EvidenceCache {
  readonly #entries = new Map<string, Evidence>()
  readonly #limit: number

  /** @param limit Entries kept; the ones not asked for longest go first. */
  constructor(limit = 50_000) {
    this.#limit = limit
  }

  evidenceOf(path: string, content: { text: string; digest: string }): Evidence {
    const scan = /\.pyi?$/.test(path)
      ? scanPython
      : /\.(?:json|toml|ini|cfg)$/.test(path)
        ? scanManifest(path)
        : fileKind(path) === 'config'
          ? scanConfiguration
          : scanJavaScript
    const key = `${scan.name}:${content.digest}`
    const known = this.#entries.get(key)
    if (known !== undefined) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known
    }
    const evidence = scan(content.text)
    this.#entries.set(key, evidence)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break
      this.#entries.delete(oldest)
    }
    return evidence
  }
}

/** Lists of what to test, to leave out or to measure name files that the configuration does not load. */
function scanConfiguration(text: string): Evidence {
  const lists =
    /\b(?:include|exclude|testMatch|\w+IgnorePatterns|collectCoverageFrom)\s*:\s*\[(?:[^[\]]|\[[^[\]]*\])*\]/g
  return scanJavaScript(text.replace(lists, '').replaceAll('<rootDir>/', './'))
}

/** Entries, file lists and compiler options of a manifest are no dependencies; jest's settings in package.json are. */
function scanManifest(path: string): (text: string) => Evidence {
  return path.endsWith('package.json') ? scanJestSettings : scanNothing
}

function scanJestSettings(text: string): Evidence {
  const start = text.search(/"jest"\s*:\s*\{/)
  return start < 0 ? scanNothing() : scanData(text.slice(start).replaceAll('<rootDir>/', './'))
}

function scanNothing(): Evidence {
  return { modules: [], literals: [], prefixes: [], computed: false }
}
