import { FASTEST_CLICK_MS } from '../domain/machine.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import type { JudgedHit } from './hit.js';

/**
 * Makes a group of hits durable, in one statement: their engagements, and one row that says what is to be counted of them. A
 * row that is there already (a spool file replayed a second time) conflicts and is not counted again, because only rows
 * really inserted reach `uncounted_hits`.
 * - A click sooner after the sending than the fastest person's is a machine's: the one rule that needs the letter. It is
 *   applied here and not when counting, so that whoever reads engagements never sees such a click as a person's. A sandbox's
 *   clock stands, so the pause says nothing there; things happen at the sandbox's now.
 * - Of an erased person only the figures go on: no browser, no address that was followed. A letter that went out has no
 *   recipient any more exactly if its person was erased.
 * - One array a column: a recordset of JSON cost PostgreSQL a tenth more, and pg would quote every word of an array.
 */
const STORE = `
WITH added AS (
  INSERT INTO engagements (environment_id, id, received_at, message_id, action, actor, verdict, link_index, url,
    occurred_at, user_agent)
  SELECT h.environment_id, h.id, h.received_at, h.message_id, h.action,
    CASE WHEN m.early THEN 'machine' ELSE h.actor END, CASE WHEN m.early THEN 'too_fast' ELSE h.verdict END,
    h.link_index, CASE WHEN m.erased THEN NULL ELSE h.url END, CASE WHEN m.clock = 'virtual'
      THEN (SELECT virtual_now FROM environments WHERE id = h.environment_id) ELSE h.received_at END,
    CASE WHEN m.erased THEN NULL ELSE h.user_agent END
  FROM (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[],
      $8::integer[], $9::text[], $10::text[])
    AS x(environment_id, id, received_at, message_id, action, actor, verdict, link_index, url, user_agent)
    LIMIT $11 -- every hit: it tells the planner how few they are
  ) h
  CROSS JOIN LATERAL (SELECT clock, to_address IS NULL AS erased, clock = 'real' AND h.action = 'click' AND h.actor = 'person'
      AND h.received_at < sent_at + interval '${FASTEST_CLICK_MS} milliseconds' AS early
    FROM messages WHERE environment_id = h.environment_id AND id = h.message_id LIMIT 1) m
  ON CONFLICT DO NOTHING
  RETURNING environment_id, message_id, action, actor, occurred_at
), queued AS (
  INSERT INTO uncounted_hits (environment_id, message_ids, acts, occurred_ats)
  SELECT environment_id, array_agg(message_id),
    array_agg(CASE actor WHEN 'machine' THEN 'machine_' || action ELSE action END), array_agg(occurred_at)
  FROM added
  GROUP BY environment_id
  RETURNING environment_id
)
SELECT clock_timestamp() AS now, ARRAY(SELECT q.environment_id FROM queued q JOIN environments e ON e.id = q.environment_id
  WHERE e.clock = 'virtual') AS sandboxes`;

/** What storing a group did. */
export interface Stored {
  /** The database's clock. */
  readonly now: Date;
  /** Sandboxes of which something was stored. */
  readonly sandboxes: readonly string[];
}

/** Stores hits exactly once by their ids and queues them to be counted; hits of letters that are gone are not stored. */
export async function storeHits(sql: Sql, hits: readonly JudgedHit[]): Promise<Stored> {
  const [row] = await sql.query<{ now: Date; sandboxes: string[] }>(STORE, [
    arrayText(hits, (hit) => hit.environmentId),
    arrayText(hits, (hit) => hit.id),
    arrayText(hits, (hit) => hit.receivedAt),
    arrayText(hits, (hit) => hit.messageId),
    arrayText(hits, (hit) => hit.action),
    arrayText(hits, (hit) => hit.actor),
    arrayText(hits, (hit) => hit.verdict),
    arrayText(hits, (hit) => hit.linkIndex),
    arrayText(hits, (hit) => hit.url),
    arrayText(hits, (hit) => hit.userAgent),
    hits.length,
  ]);
  return row!;
}
