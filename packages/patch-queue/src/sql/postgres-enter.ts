import type { Database, ParameterOf } from '@patchlane/database'
import { sql } from 'kysely'
import { enteredData } from '../new-patch.ts'
import { patchStream, type TargetRef } from '../patch-queue.ts'
import type { NewPatch } from '../patch-store.ts'
import { fileRows, givenColumns } from './patch-rows.ts'

/** Where a group of patches came to stand. */
export interface Place {
  /** The place before the first of them. */
  before: number
  at: number
}

interface EnterValues extends TargetRef {
  count: number
  stream: string
  /** JSON. */
  entering: string
  /** JSON. */
  files: string
}

/**
 * Puts patches at the end of the line of a target, with their files and events, in one statement. They come as one JSON document, so that the statement
 * is the same for any number of them.
 *
 * @returns undefined, and does nothing, when the target takes none or knows one of them. Two that bring the same patch at the same moment
 * meet at its key: the later one fails.
 */
export function enterStatement(database: Database): (patches: readonly NewPatch[]) => Promise<Place | undefined> {
  const run = database.statement((value: ParameterOf<EnterValues>) => enter(database, value))
  return async (patches) => {
    const [first] = patches
    if (first === undefined) return undefined
    const { repoId, target } = first.patch
    const stream = patchStream({ repoId, target })
    const [place] = await run(
      {
        repoId,
        target,
        count: patches.length,
        stream,
        entering: JSON.stringify(patches.map(enteringRow)),
        files: JSON.stringify(patches.flatMap(fileRow)),
      },
      stream,
    )
    return place
  }
}

function enter({ clock, table }: Database, value: ParameterOf<EnterValues>) {
  const count = sql`${value('count')}::integer`
  return sql<Place>`
    with entering as (
      select * from json_to_recordset(${value('entering')}::json) as (
        nth integer, patch_id text, base_commit text, index_version text, author text, run_id text, subtask_id text, title text,
        description text, kind text, priority integer, document text, content_hash text, line integer, head_start bigint, event text
      )
    ), place as (
      insert into ${table('patch_targets')} as known (repo_id, target, last_seq, last_at)
      values (${value('repoId')}, ${value('target')}, ${count}, ${clock})
      on conflict (repo_id, target) do update
        set last_seq = known.last_seq + excluded.last_seq, last_at = greatest(known.last_at, ${clock})
        where known.mode <> 'draining'
          and not exists (select from ${table('patch_proposals')} where patch_id in (select patch_id from entering))
      returning repo_id, target, last_seq - ${count} as before, last_at as at
    ), numbers as (
      insert into ${table('event_streams')} as known (stream, last_seq)
      select ${value('stream')}, ${count} from place
      on conflict (stream) do update set last_seq = known.last_seq + excluded.last_seq
      returning stream, last_seq - ${count} as before
    ), proposals as (
      insert into ${table('patch_proposals')} (
        repo_id, target, seq, patch_id, base_commit, index_version, author, run_id, subtask_id, title, description, kind, priority, document,
        content_hash, line, rank, status, created_at, updated_at, base_version_id, index_version_id
      )
      select
        repo_id, target, before + nth, patch_id, base_commit, index_version, author, run_id, subtask_id, title, description, kind, priority,
        document, content_hash, line, at - head_start, 'queued', at, at,
        (
          select version_id from ${table('index_versions')} as version
          where entering.index_version is not null and version.repo_id = place.repo_id and git_commit = base_commit
          order by version_id limit 1
        ),
        (
          select version_id from ${table('index_versions')} as version
          where version.repo_id = place.repo_id and digest = entering.index_version
          order by version_id limit 1
        )
      from entering, place
    ), files as (
      insert into ${table('patch_files')} (
        patch_id, ordinal, path, change, from_path, base_mode, base_oid, base_content, mode, oid, new_content
      )
      select
        patch_id, ordinal, path, change, from_path, base_mode, base_oid, decode(base_content, 'base64'), mode, oid,
        decode(new_content, 'base64')
      from json_to_recordset(${value('files')}::json) as (
        patch_id text, ordinal integer, path text, change text, from_path text, base_mode text, base_oid text, base_content text, mode text,
        oid text, new_content text
      )
      where exists (select from place)
    ), events as (
      insert into ${table('events')} (stream, seq, type, subject, data, at)
      select
        stream, numbers.before + nth, 'patch.queued', patch_id,
        '{"seq":' || place.before + nth || ',' || substr(event, 2), at
      from entering, place, numbers
    )
    select before, at from place
  `
}

function enteringRow({ patch, contentHash, line, headStartMs }: NewPatch, index: number) {
  return {
    ...givenColumns(patch),
    nth: index + 1,
    content_hash: contentHash,
    line,
    head_start: headStartMs,
    // The place is put in at its front.
    event: JSON.stringify(enteredData(patch)),
  }
}

function fileRow({ patch }: NewPatch) {
  return fileRows(patch).map((row) => ({
    ...row,
    base_content: base64(row.base_content),
    new_content: base64(row.new_content),
  }))
}

function base64(content: Uint8Array | null | undefined): string | null {
  return content === null || content === undefined ? null : Buffer.from(content).toString('base64')
}
