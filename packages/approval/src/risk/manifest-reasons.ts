import { canonicalJson, type Json } from '@patchlane/kernel'
import { z } from 'zod'
import type { ChangedFile } from './changed-file.ts'
import type { RiskReason } from './risk-level.ts'

const installScript = /^(?:pre|post)?(?:install|prepare|prepack|prepublish|prepublishOnly)$/
/** The same in a text that is no JSON, so that nothing passes by being written badly. */
const installScriptText = /"(?:pre|post)?(?:install|prepare|prepack|prepublish(?:Only)?)"\s*:/

const manifestSchema = z.record(z.string(), z.json())
const scriptsSchema = z.record(z.string(), z.json()).catch({})

type Manifest = z.infer<typeof manifestSchema>

/** What a `package.json` has other programs do: scripts that run at installation, and Patchlane's own configuration in it. */
export function manifestReasons(file: ChangedFile): RiskReason[] {
  const { path, after, added } = file
  if (!isManifest(path)) return []
  const from = file.from ?? path
  const now = read(after)
  const old = isManifest(from) ? read(file.before) : {}
  const reasons: RiskReason[] = []
  const changed = (name: string) =>
    canonicalJson(scripts(now)[name] ?? null) !== canonicalJson(scripts(old)[name] ?? null)
  if (
    Object.keys(scripts(now)).some((name) => installScript.test(name) && changed(name)) ||
    added.some((line) => installScriptText.test(line))
  ) {
    reasons.push({
      rule: 'install-script',
      level: 'critical',
      floor: true,
      message: 'it adds a script that runs at installation',
      paths: [path],
    })
  }
  const configured = (manifest: Manifest, at: string): Json => (isRoot(at) ? (manifest.patchlane ?? null) : null)
  if (canonicalJson(configured(now, path)) !== canonicalJson(configured(old, from))) {
    reasons.push({
      rule: 'review-policy',
      level: 'critical',
      floor: true,
      message: 'it changes what Patchlane itself may do',
      paths: [path],
    })
  }
  return reasons
}

/** On systems that do not tell case apart, too. */
function isManifest(path: string): boolean {
  return /(?:^|\/)package\.json$/i.test(path)
}

function isRoot(path: string): boolean {
  return path.toLowerCase() === 'package.json'
}

/** A text that is no JSON object configures nothing. */
function read(text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text.replace(/^\ufeff/, '')))
  } catch {
    return {}
  }
}

function scripts(manifest: Manifest): z.infer<typeof scriptsSchema> {
  return scriptsSchema.parse(manifest.scripts ?? {})
}
