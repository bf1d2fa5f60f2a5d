import { FASTEST_CLICK_MS } from '../domain/machine.js';
import type { Sql } from '../platform/database/sql.js';
import type { JudgedHit } from './hit.js';

/**
 * Stores a group of engagements, moves the counters of their letters and names the figures to be made anew, all in one
 * statement, so that a hit is counted with its row or not at all. A row that is there already (a spool file replayed a
 * second time) conflicts and counts nothing, because only rows really inserted reach the tally.
 * - A click sooner after the sending than $2 milliseconds is a machine's: the one rule that needs the letter. A sandbox's
 *   clock stands, so the pause says nothing there; things happen at the sandbox's now.
 * - Letters are updated in the order of the tally, by their ids, as every writer of messages does. Locking them before
 *   cost a third of the statement; should two groups meet all the same, the loser is spooled and replayed.
 */
const RECORD = `
WITH hit AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS h("environmentId" uuid, id uuid, "receivedAt" timestamptz,
    "messageId" uuid, action text, actor text, verdict text, "linkIndex" integer, url text, "userAgent" text)
  LIMIT $3 -- every hit: it tells the planner how few they are, which believes in 100 and would read all messages instead
), added AS (
  INSERT INTO engagements (environment_id, id, received_at, message_id, action, actor, verdict, link_index, url,
    occurred_at, user_agent)
  SELECT h."environmentId", h.id, h."receivedAt", h."messageId", h.action,
    CASE WHEN early.is THEN 'machine' ELSE h.actor END, CASE WHEN early.is THEN 'too_fast' ELSE h.verdict END,
    h."linkIndex", h.url, coalesce(e.virtual_now, h."receivedAt"), h."userAgent"
  FROM hit h
  CROSS JOIN LATERAL (SELECT sent_at, clock FROM messages
    WHERE environment_id = h."environmentId" AND id = h."messageId" LIMIT 1) m
  CROSS JOIN LATERAL (SELECT coalesce(h.action = 'click' AND h.actor = 'person' AND m.clock = 'real'
    AND h."receivedAt" < m.sent_at + $2::integer * interval '1 millisecond', false) AS is) early
  JOIN environments e ON e.id = h."environmentId"
  ON CONFLICT DO NOTHING
  RETURNING environment_id, message_id, action, actor, occurred_at
), tally AS MATERIALIZED (
  SELECT environment_id, message_id,
    count(*) FILTER (WHERE action = 'open' AND actor = 'person') AS opens,
    count(*) FILTER (WHERE action = 'click' AND actor = 'person') AS clicks,
    count(*) FILTER (WHERE action = 'open' AND actor = 'machine') AS machine_opens,
    count(*) FILTER (WHERE action = 'click' AND actor = 'machine') AS machine_clicks,
    min(occurred_at) FILTER (WHERE action = 'open' AND actor = 'person') AS opened_at,
    min(occurred_at) FILTER (WHERE action = 'click' AND actor = 'person') AS clicked_at,
    min(occurred_at) FILTER (WHERE action = 'open' AND actor = 'machine') AS machine_opened_at,
    min(occurred_at) FILTER (WHERE action = 'click' AND actor = 'machine') AS machine_clicked_at,
    min(occurred_at) FILTER (WHERE action = 'unsubscribe' AND actor = 'person') AS unsubscribed_at
  FROM added
  GROUP BY environment_id, message_id
  ORDER BY environment_id, message_id
), counted AS (
  UPDATE messages m
  SET opens = m.opens + t.opens,
    clicks = m.clicks + t.clicks,
    machine_opens = m.machine_opens + t.machine_opens,
    machine_clicks = m.machine_clicks + t.machine_clicks,
    first_opened_at = least(m.first_opened_at, t.opened_at),
    first_clicked_at = least(m.first_clicked_at, t.clicked_at),
    first_machine_opened_at = least(m.first_machine_opened_at, t.machine_opened_at),
    first_machine_clicked_at = least(m.first_machine_clicked_at, t.machine_clicked_at),
    unsubscribed_at = least(m.unsubscribed_at, t.unsubscribed_at)
  FROM tally t
  WHERE m.environment_id = t.environment_id AND m.id = t.message_id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on, m.contact_id, least(t.opened_at, t.clicked_at) AS acted_at
), dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day, contact_id, acted_at)
  SELECT environment_id, scenario_key, step_id, sent_on, contact_id, acted_at
  FROM counted
  WHERE scenario_key IS NOT NULL AND step_id IS NOT NULL AND sent_on IS NOT NULL
)
SELECT count(*)::integer AS added, clock_timestamp() AS now FROM added`;

/** What storing a group did. */
export interface Recorded {
  /** Rows that were not there yet; hits of letters that are gone are not stored. */
  readonly added: number;
  /** The database's clock. */
  readonly now: Date;
}

/** Stores engagements exactly once by their ids and counts them on their letters. */
export async function recordEngagements(sql: Sql, hits: readonly JudgedHit[]): Promise<Recorded> {
  const [row] = await sql.query<{ added: number; now: Date }>(RECORD, [
    JSON.stringify(hits),
    FASTEST_CLICK_MS,
    hits.length,
  ]);
  return row!;
}
