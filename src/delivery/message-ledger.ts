import { Injectable, Optional } from '@nestjs/common';
import type { CancelReason } from '../domain/reasons.js';
import { MessageLedger, type LedgerRow, type RunRef } from '../enrollments/ports.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import { DueWatermark } from './due-watermark.js';

/** The ledger of messages in PostgreSQL, as runs write it. */
@Injectable()
export class SqlMessageLedger extends MessageLedger {
  constructor(@Optional() private readonly watermark?: DueWatermark) {
    super();
  }

  async plan(tx: Sql, rows: readonly LedgerRow[]): Promise<void> {
    if (rows.length === 0) return;
    for (const { clock, state, dueAt } of rows)
      if (clock === 'real' && state === 'planned') this.watermark?.lower(dueAt);
    const column = (key: keyof LedgerRow): string => arrayText(rows, (row) => row[key]);
    await tx.query(PLAN, [
      column('environmentId'),
      column('id'),
      column('storeId'),
      column('clock'),
      column('enrollmentId'),
      column('contactId'),
      column('scenarioKey'),
      column('version'),
      column('stepId'),
      column('stepNumber'),
      column('pass'),
      column('round'),
      column('variant'),
      column('messageClass'),
      column('policy'),
      column('template'),
      column('templatePin'),
      column('state'),
      column('reason'),
      column('detail'),
      column('dueAt'),
      column('createdAt'),
    ]);
  }

  async cancel(tx: Sql, cancels: readonly (RunRef & { readonly reason: CancelReason })[]): Promise<void> {
    if (cancels.length === 0) return;
    await tx.query(CANCEL, [...refs(cancels), cancels.map((c) => c.reason)]);
  }

  async unsettled(tx: Sql, runs: readonly RunRef[]): Promise<ReadonlySet<string>> {
    if (runs.length === 0) return new Set();
    const rows = await tx.query<{ id: string }>(UNSETTLED, refs(runs));
    return new Set(rows.map((row) => row.id));
  }

  async held(sql: Sql, runs: readonly RunRef[]): Promise<ReadonlySet<string>> {
    if (runs.length === 0) return new Set();
    const rows = await sql.query<{ id: string }>(HELD, refs(runs));
    return new Set(rows.map((row) => row.id));
  }

  async release(tx: Sql, environmentId: string, scenarioKey: string): Promise<void> {
    this.watermark?.reset();
    await tx.query(RELEASE, [environmentId, scenarioKey]);
  }

  async archive(tx: Sql, environmentId: string, scenarioKey: string): Promise<void> {
    await tx.query(ARCHIVE, [environmentId, scenarioKey]);
  }
}

function refs(runs: readonly RunRef[]): [string[], string[]] {
  return [runs.map((run) => run.environmentId), runs.map((run) => run.enrollmentId)];
}

const PLAN = `
INSERT INTO messages (environment_id, id, store_id, clock, enrollment_id, contact_id, scenario_key, version, step_id,
  step_number, pass, round, variant, message_class, policy, template_key, template_pin, state, reason, detail, due_at, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::int[], $9::text[],
  $10::int[], $11::int[], $12::int[], $13::text[], $14::text[], $15::text[], $16::text[], $17::int[], $18::text[], $19::text[],
  $20::text[], $21::timestamptz[], $22::timestamptz[])
ON CONFLICT ON CONSTRAINT messages_one_per_step DO NOTHING`;

/**
 * What has not begun to go out is cancelled. Where an earlier ambiguous attempt may have arrived, "cancelled" would be a
 * lie: such a row ends unresolved. A row in `sending` cannot be called back, it keeps the reason for the case that the
 * attempt fails. Rows are locked by (environment, id), as the last guard does. The figures of those that had begun are made anew.
 */
const TAKE_BACK = `
taken AS (UPDATE messages AS m SET
  state = CASE WHEN m.state IN ('sending', 'unknown') THEN m.state
    WHEN m.dup_risk AND m.sent_at IS NOT NULL THEN 'unresolved' ELSE 'cancelled' END,
  cancel_requested = m.cancel_requested OR m.state IN ('sending', 'unknown'),
  reason = locked.reason, held = false, next_attempt_at = NULL,
  lease_until = CASE WHEN m.state = 'sending' THEN m.lease_until END
FROM locked WHERE m.environment_id = locked.environment_id AND m.id = locked.id
RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on, m.state)
INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
SELECT DISTINCT environment_id, scenario_key, step_id, sent_on FROM taken
WHERE state NOT IN ('sending', 'unknown') AND sent_on IS NOT NULL`;

const CANCEL = `
WITH locked AS (
  SELECT m.environment_id, m.id, r.reason
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS r (environment_id, enrollment_id, reason)
  JOIN messages AS m ON m.environment_id = r.environment_id AND m.enrollment_id = r.enrollment_id
  WHERE m.state IN ('planned', 'claimed', 'retry', 'sending', 'unknown')
  ORDER BY m.environment_id, m.id FOR NO KEY UPDATE OF m),
${TAKE_BACK}`;

const ARCHIVE = `
WITH locked AS (
  SELECT m.environment_id, m.id, 'archived' AS reason
  FROM messages AS m
  WHERE m.environment_id = $1 AND m.scenario_key = $2 AND m.state IN ('planned', 'claimed', 'retry', 'sending', 'unknown')
    AND (SELECT p.state FROM publications AS p WHERE p.environment_id = $1 AND p.kind = 'scenario' AND p.key = $2) = 'archived'
  ORDER BY m.environment_id, m.id FOR NO KEY UPDATE OF m),
${TAKE_BACK}`;

const ON_THE_WAY = `
FROM unnest($1::uuid[], $2::uuid[]) AS r (environment_id, enrollment_id)
JOIN messages AS m ON m.environment_id = r.environment_id AND m.enrollment_id = r.enrollment_id
WHERE m.state IN ('planned', 'claimed', 'sending', 'retry', 'unknown')`;

const UNSETTLED = `SELECT DISTINCT m.enrollment_id AS id ${ON_THE_WAY}`;

// It waits for nobody, so it need not keep the order of locks.
const HELD = `
WITH free AS MATERIALIZED (SELECT m.environment_id, m.id ${ON_THE_WAY} FOR NO KEY UPDATE OF m SKIP LOCKED)
SELECT DISTINCT m.enrollment_id AS id ${ON_THE_WAY}
  AND (m.environment_id, m.id) NOT IN (SELECT environment_id, id FROM free)`;

// Nobody waits for a letter that somebody holds: the sweep of the workers releases it later.
const RELEASE = `
UPDATE messages AS m SET held = false
FROM (SELECT environment_id, id FROM messages WHERE environment_id = $1 AND scenario_key = $2 AND held
  FOR NO KEY UPDATE SKIP LOCKED) AS free
WHERE m.environment_id = free.environment_id AND m.id = free.id`;
