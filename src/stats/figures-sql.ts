import { LETTER_COUNTS } from './stats-row.js';

/** What a line of `stats_daily` says beside where it stands. */
const SAID = ['step_number', ...LETTER_COUNTS, 'orders', 'revenue'];

/**
 * The letters that figures are made of. One whose outcome nobody knows, or that a provider says it refused, did go out when a person
 * acted on it: it may have brought an order, and counts for nothing else. Only when its fate is settled: until then it may be sent
 * once more, and on another day.
 */
export const COUNTED = `(m.state = 'accepted' OR m.state NOT IN ('planned', 'claimed', 'sending', 'retry', 'unknown')
  AND (m.opens > 0 OR m.clicks > 0))`;

/**
 * Makes cells of `stats_daily` anew from messages and conversions; $1–$4 name them (environment, scenario, step, day).
 * The drain of `stats_dirty` and the rebuild run this same statement, so that both give the same rows. An order counts
 * on the day of its letter. `machine_unique_*` are letters that only machines touched: adding them to the people's
 * gives the letters touched by anyone.
 */
export const RECOUNT = `
WITH cell AS MATERIALIZED (
  SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[])
    AS c(environment_id, scenario_key, step_id, day)
), letter AS MATERIALIZED (
  SELECT c.*, m.state = 'accepted' AS went, m.id, m.version, m.variant, m.step_number, m.opens, m.clicks, m.machine_opens, m.machine_clicks,
    m.first_opened_at, m.first_clicked_at, m.first_machine_opened_at, m.first_machine_clicked_at, m.bounced_at,
    m.complained_at, m.unsubscribed_at
  FROM cell c
  JOIN messages m ON m.environment_id = c.environment_id AND m.scenario_key = c.scenario_key AND m.step_id = c.step_id
    AND m.sent_on = c.day
  WHERE ${COUNTED}
), figure AS MATERIALIZED (
  SELECT environment_id, scenario_key, step_id, version, variant, day, max(step_number) AS step_number,
    count(*) AS sent, count(*) FILTER (WHERE bounced_at IS NULL) AS delivered,
    sum(opens) AS opens, count(first_opened_at) AS unique_opens,
    sum(clicks) AS clicks, count(first_clicked_at) AS unique_clicks,
    sum(machine_opens) AS machine_opens,
    count(*) FILTER (WHERE first_opened_at IS NULL AND first_machine_opened_at IS NOT NULL) AS machine_unique_opens,
    sum(machine_clicks) AS machine_clicks,
    count(*) FILTER (WHERE first_clicked_at IS NULL AND first_machine_clicked_at IS NOT NULL) AS machine_unique_clicks,
    count(unsubscribed_at) AS unsubscribes, count(complained_at) AS complaints, count(bounced_at) AS bounces
  FROM letter
  WHERE went
  GROUP BY environment_id, scenario_key, step_id, version, variant, day
), earned_in AS (
  SELECT l.environment_id, l.scenario_key, l.step_id, l.version, l.variant, l.day, c.currency,
    max(l.step_number) AS step_number, count(*) AS orders, sum(c.amount) AS amount
  FROM letter l
  JOIN conversions c ON c.environment_id = l.environment_id AND c.message_id = l.id
  GROUP BY l.environment_id, l.scenario_key, l.step_id, l.version, l.variant, l.day, c.currency
), earned AS (
  SELECT environment_id, scenario_key, step_id, version, variant, day, max(step_number) AS step_number, sum(orders) AS orders,
    jsonb_object_agg(currency, amount::text) FILTER (WHERE currency IS NOT NULL AND amount IS NOT NULL) AS revenue
  FROM earned_in
  GROUP BY environment_id, scenario_key, step_id, version, variant, day
), line AS MATERIALIZED (
  SELECT environment_id, scenario_key, step_id, version, variant, day, coalesce(f.step_number, e.step_number) AS step_number,
    ${LETTER_COUNTS.map((column) => `coalesce(f.${column}, 0) AS ${column}`).join(', ')},
    coalesce(e.orders, 0) AS orders, coalesce(e.revenue, '{}') AS revenue
  FROM figure f
  FULL JOIN earned e USING (environment_id, scenario_key, step_id, version, variant, day)
), gone AS (
  DELETE FROM stats_daily s USING cell c
  WHERE s.environment_id = c.environment_id AND s.scenario_key = c.scenario_key AND s.step_id = c.step_id AND s.day = c.day
    AND NOT EXISTS (SELECT FROM line f WHERE f.environment_id = s.environment_id AND f.scenario_key = s.scenario_key
      AND f.step_id = s.step_id AND f.version = s.version AND f.variant = s.variant AND f.day = s.day)
)
INSERT INTO stats_daily AS s (environment_id, scenario_key, step_id, version, variant, day, ${SAID.join(', ')})
SELECT environment_id, scenario_key, step_id, version, variant, day, ${SAID.join(', ')} FROM line
ON CONFLICT (environment_id, scenario_key, step_id, version, variant, day) DO UPDATE SET
  ${SAID.map((column) => `${column} = excluded.${column}`).join(', ')}`;
