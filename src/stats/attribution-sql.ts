import type { Lane } from '../platform/clock/lane.js';

const MAX_BATCH = 500;

/** Conversions that wait, the lane's: the statement and its values. Those that a merge or an erasure holds wait on. */
export function pendingOf(lane: Lane): readonly [string, readonly unknown[]] {
  return lane.clock === 'real'
    ? [`${PENDING} AND e.clock = 'real' ${ORDER}`, []]
    : [`${PENDING} AND c.environment_id = $1 ${ORDER}`, [lane.environmentId]];
}

const PENDING = `
SELECT c.environment_id AS "environmentId", e.store_id AS "storeId", c.event_id AS "eventId", c.order_key AS "orderKey", c.type,
  c.contact_id AS "contactId", c.occurred_at AS "occurredAt", c.data, c.message_id AS "messageId", c.credited_for AS goal,
  c.amount::text AS amount, c.currency
FROM conversions c
JOIN environments e ON e.id = c.environment_id
WHERE c.state = 'pending'`;

/** Those of $2, a contact of $1. One that is being credited at this moment is waited for by whoever writes it, and then left alone. */
export const PENDING_OF = `${PENDING} AND c.environment_id = $1 AND c.contact_id = $2`;

/** What a conversion that waits is worth, before it is credited. */
export const KEEP = `
UPDATE conversions c SET amount = r.amount, currency = r.currency
FROM jsonb_to_recordset($1::jsonb) AS r("environmentId" uuid, "eventId" uuid, amount numeric, currency text)
WHERE c.environment_id = r."environmentId" AND c.event_id = r."eventId" AND c.state = 'pending'`;

const ORDER = `
ORDER BY c.environment_id, c.event_id
LIMIT ${MAX_BATCH}
FOR NO KEY UPDATE OF c SKIP LOCKED`;

/** The event that has the credit of an order, one at most; $1 environments, $2 order keys. */
export const HOLDERS = `
SELECT o.environment_id AS "environmentId", o.order_key AS "orderKey", holder.event_id AS "eventId",
  holder.occurred_at AS at, holder.message_id AS "messageId"
FROM unnest($1::uuid[], $2::text[]) AS o(environment_id, order_key)
CROSS JOIN LATERAL (SELECT c.event_id, c.occurred_at, c.message_id FROM conversions c
  WHERE c.environment_id = o.environment_id AND c.order_key = o.order_key AND c.message_id IS NOT NULL LIMIT 1) holder`;

/** The cells of the letter that had the credit and of the one that gets it are counted anew. */
export const WRITE = `
WITH credit AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r("environmentId" uuid, "eventId" uuid, "messageId" uuid, goal text,
    amount numeric, currency text)
), touched AS MATERIALIZED (
  SELECT c.environment_id, c.message_id FROM conversions c
  JOIN credit r ON r."environmentId" = c.environment_id AND r."eventId" = c.event_id
  WHERE c.message_id IS NOT NULL
  UNION
  SELECT "environmentId", "messageId" FROM credit WHERE "messageId" IS NOT NULL
), written AS (
  UPDATE conversions c
  SET state = CASE WHEN r."messageId" IS NULL THEN 'uncredited' ELSE 'credited' END,
    message_id = r."messageId", credited_for = r.goal, amount = r.amount, currency = r.currency
  FROM credit r
  WHERE c.environment_id = r."environmentId" AND c.event_id = r."eventId"
)
INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
SELECT DISTINCT m.environment_id, m.scenario_key, m.step_id, m.sent_on
FROM touched t
JOIN messages m ON m.environment_id = t.environment_id AND m.id = t.message_id
WHERE m.sent_on IS NOT NULL`;
