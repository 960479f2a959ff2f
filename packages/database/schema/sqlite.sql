CREATE TABLE "approvals" ("approval_id" text not null,
  "repo_id" text not null,
  "target" text not null,
  "patch_id" text not null,
  "author" text not null,
  "content_key" text not null,
  "status" text not null,
  "risk" text not null,
  "request" text not null,
  "policy_version" text not null,
  "requested_at" bigint not null,
  "expires_at" bigint not null,
  "answered_by" text,
  "answered_at" bigint,
  "channel" text,
  "note" text,
  "used_at" bigint,
  constraint "approvals_key" primary key ("approval_id"));

CREATE UNIQUE INDEX "approvals_open" on "approvals" ("patch_id") where status = 'pending';

CREATE INDEX "approvals_patch" on "approvals" ("patch_id",
  "content_key");

CREATE INDEX "approvals_status" on "approvals" ("status",
  "requested_at");

CREATE TABLE "checkpoint_writes" ("thread_id" text not null,
  "checkpoint_ns" text not null,
  "checkpoint_id" text not null,
  "task_id" text not null,
  "idx" integer not null,
  "channel" text not null,
  "type" text,
  "value" blob,
  "task_path" text default '' not null,
  constraint "checkpoint_writes_key" primary key ("thread_id",
  "checkpoint_ns",
  "checkpoint_id",
  "task_id",
  "idx"));

CREATE TABLE "checkpoints" ("thread_id" text not null,
  "checkpoint_ns" text not null,
  "checkpoint_id" text not null,
  "parent_checkpoint_id" text,
  "type" text not null,
  "checkpoint" blob not null,
  "metadata_type" text not null,
  "metadata" blob not null,
  constraint "checkpoints_key" primary key ("thread_id",
  "checkpoint_ns",
  "checkpoint_id"));

CREATE TABLE "event_streams" ("stream" text not null,
  "last_seq" bigint not null,
  constraint "event_streams_key" primary key ("stream"));

CREATE TABLE "events" ("stream" text not null,
  "seq" bigint not null,
  "type" text not null,
  "subject" text not null,
  "data" text not null,
  "at" bigint not null,
  constraint "events_key" primary key ("stream",
  "seq"));

CREATE INDEX "events_at" on "events" ("at");

CREATE TABLE "index_versions" ("repo_id" text not null,
  "version_id" integer not null,
  "git_commit" text not null,
  "indexer" text not null,
  "digest" text,
  "status" text not null,
  "indexed_at" bigint,
  "file_count" integer,
  "duration_ms" bigint,
  "error_message" text,
  "owner" text,
  "attempt" integer default 1 not null,
  "claimed_until" bigint,
  "created_at" bigint not null,
  constraint "index_versions_key" primary key ("repo_id",
  "version_id"));

CREATE UNIQUE INDEX "index_versions_commit" on "index_versions" ("repo_id",
  "git_commit",
  "indexer");

CREATE INDEX "index_versions_digest" on "index_versions" ("repo_id",
  "digest");

CREATE TABLE "patch_dependencies" ("patch_id" text not null,
  "depends_on" text not null,
  constraint "patch_dependencies_key" primary key ("patch_id",
  "depends_on"),
  constraint "patch_dependencies_patch" foreign key ("patch_id") references "patch_proposals" ("patch_id") on delete cascade);

CREATE INDEX "patch_dependencies_on" on "patch_dependencies" ("depends_on");

CREATE TABLE "patch_files" ("patch_id" text not null,
  "ordinal" integer not null,
  "path" text not null,
  "change" text not null,
  "from_path" text,
  "base_mode" text,
  "base_oid" text,
  "base_content" blob,
  "mode" text,
  "oid" text,
  "new_content" blob,
  constraint "patch_files_key" primary key ("patch_id",
  "ordinal"),
  constraint "patch_files_patch" foreign key ("patch_id") references "patch_proposals" ("patch_id") on delete cascade);

CREATE INDEX "patch_files_path" on "patch_files" ("path");

CREATE TABLE "patch_proposals" ("patch_id" text not null,
  "repo_id" text not null,
  "target" text not null,
  "seq" integer not null,
  "base_commit" text not null,
  "base_version_id" integer,
  "index_version_id" integer,
  "index_version" text,
  "author" text not null,
  "run_id" text,
  "subtask_id" text,
  "title" text not null,
  "description" text not null,
  "kind" text not null,
  "priority" integer not null,
  "status" text not null,
  "reason" text,
  "content_hash" text not null,
  "document" text not null,
  "verdict" text,
  "parked_for" text,
  "approved" integer default 0 not null,
  "line" integer not null,
  "rank" bigint not null,
  "supersedes" text,
  "cancel" text,
  "cancel_reason" text,
  "epoch" integer,
  "landed_commit" text,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "settled_at" bigint,
  "applied_at" bigint,
  "erased_at" bigint,
  constraint "patch_proposals_key" primary key ("patch_id"),
  constraint "patch_proposals_base_version" foreign key ("repo_id",
  "base_version_id") references "index_versions" ("repo_id",
  "version_id"),
  constraint "patch_proposals_index_version" foreign key ("repo_id",
  "index_version_id") references "index_versions" ("repo_id",
  "version_id"));

CREATE INDEX "patch_proposals_created" on "patch_proposals" ("created_at",
  "seq");

CREATE INDEX "patch_proposals_open" on "patch_proposals" ("repo_id",
  "target",
  "status",
  "line",
  "rank",
  "seq") where settled_at is null;

CREATE INDEX "patch_proposals_run" on "patch_proposals" ("run_id");

CREATE UNIQUE INDEX "patch_proposals_seq" on "patch_proposals" ("repo_id",
  "target",
  "seq");

CREATE INDEX "patch_proposals_settled" on "patch_proposals" ("settled_at",
  "seq") where settled_at is not null;

CREATE INDEX "patch_proposals_status" on "patch_proposals" ("repo_id",
  "target",
  "status",
  "seq");

CREATE INDEX "patch_proposals_target" on "patch_proposals" ("target",
  "seq");

CREATE TABLE "patch_targets" ("repo_id" text not null,
  "target" text not null,
  "last_seq" integer not null,
  "mode" text default 'running' not null,
  "last_at" bigint not null,
  constraint "patch_targets_key" primary key ("repo_id",
  "target"));

CREATE TABLE "runs" ("run_id" text not null,
  "repo_id" text not null,
  "target" text not null,
  "task" text not null,
  "status" text not null,
  "base_commit" text,
  "document" text default '{}' not null,
  "owner" text,
  "epoch" integer default 0 not null,
  "heartbeat_at" bigint,
  "expires_at" bigint,
  "created_at" bigint not null,
  "updated_at" bigint not null,
  "finished_at" bigint,
  constraint "runs_key" primary key ("run_id"));

CREATE INDEX "runs_finished" on "runs" ("finished_at");

CREATE INDEX "runs_status" on "runs" ("repo_id",
  "status");

CREATE TABLE "schema_migrations" ("version" integer primary key,
  "name" text not null,
  "applied_at" bigint not null);

CREATE TABLE "target_leases" ("repo_id" text not null,
  "target" text not null,
  "owner" text,
  "epoch" integer not null,
  "acquired_at" bigint not null,
  "expires_at" bigint not null,
  constraint "target_leases_key" primary key ("repo_id",
  "target"));

CREATE TABLE "verdicts" ("digest" text not null,
  "check_name" text not null,
  "outcome" text not null,
  "report" text not null,
  "created_at" bigint not null,
  "used_at" bigint not null,
  constraint "verdicts_key" primary key ("digest"));

CREATE INDEX "verdicts_used" on "verdicts" ("used_at");

CREATE TABLE "workspaces" ("workspace_id" text not null,
  "repo_id" text not null,
  "directory" text not null,
  "status" text not null,
  "git_commit" text,
  "holder" text,
  "holder_pid" integer,
  "holder_started" text,
  "holder_boot" text,
  "children" integer default 0 not null,
  "epoch" integer default 0 not null,
  "created_at" bigint not null,
  "leased_at" bigint,
  "heartbeat_at" bigint,
  "expires_at" bigint,
  "rescue_ref" text,
  "document" text default '{}' not null,
  constraint "workspaces_key" primary key ("workspace_id"));

CREATE INDEX "workspaces_status" on "workspaces" ("repo_id",
  "status");
