import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import type { WorkingRun } from './working-run.js';

// One jsonb parameter a statement: measured 1.5 times as fast as arrays for unnest. The statements are not prepared under
// names: a plan made while a table was small would read all of it when it has grown, and planning once a batch costs little.

/** Writes new runs. */
export async function insertRuns(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  if (runs.length === 0) return;
  await tx.query(INSERT_RUNS, [
    JSON.stringify(runs.map(({ identity, state: run }) => ({ ...run, ...identity, run: run.state }))),
  ]);
}

/** Writes how runs stand now; their rows are locked by this transaction. */
export async function updateRuns(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map(({ identity, state: run, isEventNew }) => ({
    ...run,
    environmentId: identity.environmentId,
    id: identity.id,
    run: run.state,
    event: isEventNew ? run.event : null,
  }));
  await tx.query(UPDATE_RUNS, [JSON.stringify(rows)]);
}

/** Adds to the runs' histories. */
export async function insertSteps(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  const rows = runs.flatMap(({ identity, steps }) =>
    steps.map((step) => ({ ...step, environmentId: identity.environmentId, enrollmentId: identity.id, id: newId() })),
  );
  if (rows.length > 0) await tx.query(INSERT_STEPS, [JSON.stringify(rows)]);
}

const INSERT_RUNS = `
INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
  position, due_at, previous_at, entered_at, last_activity_at, pass, round, touches, variant, holdout, event, end_reason, ended_at)
SELECT "environmentId", id, "storeId", clock, "scenarioKey", version, "messageClass", "contactId", subject, run,
  position, "dueAt", "previousAt", "enteredAt", "lastActivityAt", pass, round, touches, variant, holdout, event, "endReason", "endedAt"
FROM jsonb_to_recordset($1::jsonb) AS v("environmentId" uuid, id uuid, "storeId" uuid, clock text, "scenarioKey" text,
  version integer, "messageClass" text, "contactId" uuid, subject text, run text, position text, "dueAt" timestamptz,
  "previousAt" timestamptz, "enteredAt" timestamptz, "lastActivityAt" timestamptz, pass integer, round integer, touches integer,
  variant text, holdout boolean, event jsonb, "endReason" text, "endedAt" timestamptz)`;

const UPDATE_RUNS = `
UPDATE enrollments r SET state = v.run, position = v.position, due_at = v."dueAt", previous_at = v."previousAt",
  entered_at = v."enteredAt", last_activity_at = v."lastActivityAt", pass = v.pass, round = v.round, touches = v.touches,
  variant = v.variant, holdout = v.holdout, event = coalesce(v.event, r.event), end_reason = v."endReason", ended_at = v."endedAt"
FROM jsonb_to_recordset($1::jsonb) AS v("environmentId" uuid, id uuid, run text, position text, "dueAt" timestamptz,
  "previousAt" timestamptz, "enteredAt" timestamptz, "lastActivityAt" timestamptz, pass integer, round integer, touches integer,
  variant text, holdout boolean, event jsonb, "endReason" text, "endedAt" timestamptz)
WHERE r.environment_id = v."environmentId" AND r.id = v.id`;

const INSERT_STEPS = `
INSERT INTO enrollment_steps (environment_id, enrollment_id, id, pass, round, step_id, outcome, reason, at, due_at)
SELECT "environmentId", "enrollmentId", id, pass, round, "stepId", outcome, reason, at, "dueAt"
FROM jsonb_to_recordset($1::jsonb) AS v("environmentId" uuid, "enrollmentId" uuid, id uuid, pass integer, round integer,
  "stepId" text, outcome text, reason text, at timestamptz, "dueAt" timestamptz)`;
