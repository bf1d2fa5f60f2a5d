import type { Sql } from '../../platform/database/sql.js';
import { newId } from '../../platform/ids.js';
import type { Reporter } from './connector-directory.js';
import type { TimedEvent } from './delivery-facet.js';

/** A report that was not known before, and the letter it is about (null: parked, nobody here knows it). */
export interface AppliedReport {
  readonly event: TimedEvent;
  readonly messageId: string | null;
  readonly outcome: 'applied' | 'parked';
}

/** The instant of an environment: its own where its time stands, else the database's. */
export async function environmentTime(
  tx: Sql,
  environmentId: string,
): Promise<{ readonly now: Date; readonly stands: boolean }> {
  const [row] = await tx.query<{ now: Date; stands: boolean }>(
    `SELECT coalesce(virtual_now, clock_timestamp()) AS now, virtual_now IS NOT NULL AS stands FROM environments WHERE id = $1`,
    [environmentId],
  );
  return row!;
}

/** Takes the keys that nobody has taken yet; they stay taken only if the transaction commits. */
export async function takeKeys(tx: Sql, environmentId: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ key: string }>(TAKE_KEYS, [environmentId, keys]);
  return new Set(rows.map(({ key }) => key));
}

/** Keeps the reports as they were understood. */
export async function storeReports(
  tx: Sql,
  { environmentId, connectorId }: Reporter,
  reports: readonly AppliedReport[],
): Promise<void> {
  const rows = reports.map(({ event, messageId, outcome }) => ({
    id: newId(),
    message: messageId,
    kind: event.kind,
    outcome,
    at: event.at,
    provider: event.providerMessageId,
    detail: event.detail,
  }));
  await tx.query(STORE, [environmentId, connectorId, JSON.stringify(rows)]);
}

// In the order of the keys, so that two deliveries of the same reports wait for one another instead of deadlocking.
const TAKE_KEYS = `
INSERT INTO provider_event_keys (environment_id, key, received_at)
SELECT $1, key, clock_timestamp() FROM unnest($2::text[]) AS key ORDER BY key
ON CONFLICT DO NOTHING RETURNING key`;

const STORE = `
INSERT INTO provider_events (environment_id, id, received_at, connector_id, message_id, kind, outcome, occurred_at, provider_message_id, detail)
SELECT $1, v.id, clock_timestamp(), $2, v.message, v.kind, v.outcome, v.at, v.provider, v.detail
FROM jsonb_to_recordset($3::jsonb) AS v (id uuid, message uuid, kind text, outcome text, at timestamptz, provider text, detail text)`;
