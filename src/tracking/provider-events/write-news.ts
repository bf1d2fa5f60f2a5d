import type { Sql } from '../../platform/database/sql.js';
import { DELIVERIES, type LetterNews } from './delivery-facet.js';

/** A letter that a report settled, with its run. */
export interface SettledLetter {
  readonly id: string;
  readonly enrollmentId: string | null;
}

/**
 * Whatever is reported of a letter proves that the provider took it: one that was open becomes `accepted`. Beside it the
 * delivery facet moves forward only, and each instant is the earliest that was ever reported, so the order of reports
 * makes no difference. An attempt without an outcome has one now: should its worker be gone, nobody else writes it (a worker that is there
 * writes the provider's answer over it). Rows are locked by id, as every writer of messages does. Answers the letters that were open.
 * @param now the environment's time
 */
export async function writeNews(
  tx: Sql,
  environmentId: string,
  news: ReadonlyMap<string, LetterNews>,
  now: Date,
): Promise<readonly SettledLetter[]> {
  if (news.size === 0) return [];
  const rows = [...news].map(([id, of]) => ({
    id,
    delivery: of.delivery,
    deliveredAt: of.deliveredAt,
    bouncedAt: of.bouncedAt,
    complainedAt: of.complainedAt,
    provider: of.providerMessageId,
  }));
  return tx.query<SettledLetter>(WRITE, [environmentId, JSON.stringify(rows), DELIVERIES, now]);
}

const WRITE = `
WITH news AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($2::jsonb) AS n (id uuid, delivery text, "deliveredAt" timestamptz, "bouncedAt" timestamptz,
    "complainedAt" timestamptz, provider text)),
before AS MATERIALIZED (
  SELECT m.id, m.state IN ('sending', 'unknown', 'unresolved', 'retry') OR m.state IN ('planned', 'claimed') AND m.attempts > 0 AS open
  FROM messages m WHERE m.environment_id = $1 AND m.id IN (SELECT id FROM news) ORDER BY m.id FOR NO KEY UPDATE OF m),
changed AS (
  UPDATE messages m SET
    state = CASE WHEN b.open THEN 'accepted' ELSE m.state END,
    reason = CASE WHEN NOT b.open THEN m.reason END,
    accepted_at = CASE WHEN b.open THEN $4::timestamptz ELSE m.accepted_at END,
    reconciled_by = CASE WHEN b.open THEN 'provider_event' ELSE m.reconciled_by END,
    held = m.held AND NOT b.open,
    next_attempt_at = CASE WHEN NOT b.open THEN m.next_attempt_at END,
    claimed_by = CASE WHEN NOT b.open THEN m.claimed_by END,
    lease_until = CASE WHEN NOT b.open THEN m.lease_until END,
    provider_message_id = coalesce(m.provider_message_id, n.provider),
    delivery = CASE WHEN coalesce(array_position($3::text[], n.delivery), 0) > coalesce(array_position($3::text[], m.delivery), 0)
      THEN n.delivery ELSE m.delivery END,
    delivered_at = least(m.delivered_at, n."deliveredAt"),
    bounced_at = least(m.bounced_at, n."bouncedAt"),
    complained_at = least(m.complained_at, n."complainedAt")
  FROM news n, before b
  WHERE m.environment_id = $1 AND m.id = n.id AND b.id = n.id
  RETURNING m.id, m.enrollment_id, m.scenario_key, m.step_id, m.sent_on, m.attempts, b.open,
    b.open OR n."bouncedAt" IS NOT NULL OR n."complainedAt" IS NOT NULL AS counts),
answered AS (
  UPDATE send_attempts a SET finished_at = $4, outcome = 'accepted', detail = 'reported before its answer was written'
  FROM changed c
  WHERE c.open AND a.environment_id = $1 AND a.message_id = c.id AND a.attempt = c.attempts AND a.outcome IS NULL),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT DISTINCT $1::uuid, scenario_key, step_id, sent_on FROM changed
  WHERE counts AND scenario_key IS NOT NULL AND step_id IS NOT NULL AND sent_on IS NOT NULL)
SELECT id, enrollment_id AS "enrollmentId" FROM changed WHERE open`;
