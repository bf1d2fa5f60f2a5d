import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import type { JudgedHit } from './hit.js';

/**
 * Stores one engagement, moves the counters of its letter and names the figures to be made anew, all in one statement, so that
 * it is counted with its row or not at all. What is there already conflicts and counts nothing. In a sandbox it happens at the
 * sandbox's now.
 */
const RECORD = `
WITH added AS (
  INSERT INTO engagements (environment_id, id, received_at, message_id, action, actor, verdict, link_index, url,
    occurred_at, user_agent)
  SELECT m.environment_id, $3::uuid, $4::timestamptz, m.id, $5::text, $6::text, $7::text, $8::integer, $9::text,
    coalesce(e.virtual_now, $4::timestamptz), $10::text
  FROM messages m JOIN environments e ON e.id = m.environment_id
  WHERE m.environment_id = $1 AND m.id = $2
  ON CONFLICT DO NOTHING
  RETURNING environment_id, message_id, occurred_at, CASE actor WHEN 'machine' THEN 'machine_' || action ELSE action END AS act
), counted AS (
  UPDATE messages m
  SET opens = m.opens + (a.act = 'open')::integer,
    clicks = m.clicks + (a.act = 'click')::integer,
    machine_opens = m.machine_opens + (a.act = 'machine_open')::integer,
    machine_clicks = m.machine_clicks + (a.act = 'machine_click')::integer,
    first_opened_at = CASE a.act WHEN 'open' THEN least(m.first_opened_at, a.occurred_at) ELSE m.first_opened_at END,
    first_clicked_at = CASE a.act WHEN 'click' THEN least(m.first_clicked_at, a.occurred_at) ELSE m.first_clicked_at END,
    first_machine_opened_at = CASE a.act WHEN 'machine_open' THEN least(m.first_machine_opened_at, a.occurred_at)
      ELSE m.first_machine_opened_at END,
    first_machine_clicked_at = CASE a.act WHEN 'machine_click' THEN least(m.first_machine_clicked_at, a.occurred_at)
      ELSE m.first_machine_clicked_at END,
    unsubscribed_at = CASE a.act WHEN 'unsubscribe' THEN least(m.unsubscribed_at, a.occurred_at) ELSE m.unsubscribed_at END
  FROM added a
  WHERE m.environment_id = a.environment_id AND m.id = a.message_id
  RETURNING m.environment_id, m.scenario_key, m.step_id, m.sent_on, m.contact_id,
    CASE WHEN a.act IN ('open', 'click') THEN a.occurred_at END AS acted_at
), dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day, contact_id, acted_at)
  SELECT environment_id, scenario_key, step_id, sent_on, contact_id, acted_at
  FROM counted
  WHERE scenario_key IS NOT NULL AND step_id IS NOT NULL AND sent_on IS NOT NULL
)
SELECT EXISTS (SELECT FROM added) AS added`;

/**
 * Stores an engagement that was not judged by its request (an unsubscribe, an act that is played) and counts it on its letter.
 * Answers whether it is new: one that is stored already, or whose letter is gone, changes nothing.
 */
export async function recordEngagement(sql: Sql, hit: JudgedHit): Promise<boolean> {
  const [row] = await sql.query<{ added: boolean }>(RECORD, [
    hit.environmentId,
    hit.messageId,
    hit.id,
    hit.receivedAt,
    hit.action,
    hit.actor,
    hit.verdict,
    hit.linkIndex,
    hit.url,
    hit.userAgent,
  ]);
  return row!.added;
}

/**
 * Stores that the letter's reader wants no more of them, and marks the letter.
 * @param how the way it came: a page, a mail program's one-click, a provider's report
 */
export async function recordUnsubscribe(
  sql: Sql,
  letter: { readonly environmentId: string; readonly messageId: string },
  { how, at, userAgent }: { readonly how: string; readonly at: Date; readonly userAgent: string | null },
): Promise<void> {
  await recordEngagement(sql, {
    id: newId(),
    environmentId: letter.environmentId,
    messageId: letter.messageId,
    action: 'unsubscribe',
    actor: 'person',
    verdict: how,
    linkIndex: null,
    url: null,
    receivedAt: at.toISOString(),
    userAgent,
  });
}
