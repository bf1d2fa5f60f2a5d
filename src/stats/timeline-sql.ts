import { SHOWN_SENT_AT } from '../delivery/message.view.js';
import { START_REQUESTED } from '../domain/manual-start.js';
import { stepConditionSql, triggerConditionSql } from '../scenarios/condition-sql.js';

/** The person and every contact that was merged into them; $1 environment, $2 contact. */
const PERSON = `
person AS MATERIALIZED (
  SELECT $2::uuid AS id
  UNION ALL
  SELECT k.id FROM contacts k WHERE k.environment_id = $1 AND k.merged_into = $2
)`;

/** An instant inside JSON as everywhere else in the API: ISO 8601, UTC, milliseconds. */
function iso(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Money as in the statistics: at least two decimals, no idle zeros behind them. */
function shown(amount: string): string {
  return `round(${amount}, greatest(2, scale(trim_scale(${amount}))))::text`;
}

/**
 * Everything that is known of a person, oldest first, after the position ($3 instant, $4 rank, $5 id) if there is one.
 * At one instant: what happened, what the run made of it, the letter, what the person did with it, the goal.
 */
export const TIMELINE = `
WITH ${PERSON}, letter AS (
  SELECT m.* FROM messages m WHERE m.environment_id = $1 AND m.contact_id IN (SELECT id FROM person)
), item AS (
  SELECT e.occurred_at AS at, 1 AS rank, e.id, jsonb_build_object('kind', 'event', 'id', e.id, 'type', e.type,
    'outcomes', coalesce(e.outcomes, '[]'), 'processed', e.processed_at IS NOT NULL) AS body
  FROM storefront_events e
  WHERE e.environment_id = $1 AND e.contact_id IN (SELECT id FROM person)
  UNION ALL
  SELECT s.at, 2, s.id, jsonb_build_object('kind', 'run', 'enrollment', s.enrollment_id, 'scenario', r.scenario_key,
    'step', s.step_id, 'outcome', s.outcome, 'reason', s.reason, 'field', s.field, 'dueAt', ${iso('s.due_at')})
  FROM enrollments r
  JOIN enrollment_steps s ON s.environment_id = r.environment_id AND s.enrollment_id = r.id
  WHERE r.environment_id = $1 AND r.contact_id IN (SELECT id FROM person)
  UNION ALL
  SELECT coalesce(m.sent_at, m.created_at), 3, m.id, jsonb_build_object('kind', 'message', 'message', m.id,
    'scenario', m.scenario_key, 'step', m.step_id, 'state', m.state, 'reason', m.reason, 'detail', m.detail,
    'subject', m.subject, 'dueAt', ${iso('m.due_at')}, 'sentAt', ${iso(`(${SHOWN_SENT_AT})`)})
  FROM letter m
  UNION ALL
  SELECT g.occurred_at, 4, g.id, jsonb_build_object('kind', 'engagement', 'message', g.message_id,
    'scenario', m.scenario_key, 'step', m.step_id, 'action', g.action, 'actor', g.actor, 'verdict', g.verdict,
    'link', g.link_index, 'url', g.url)
  FROM letter m
  JOIN engagements g ON g.environment_id = m.environment_id AND g.message_id = m.id
  UNION ALL
  SELECT c.occurred_at, 5, c.event_id, jsonb_build_object('kind', 'conversion', 'event', c.event_id, 'type', c.type,
    'state', c.state, 'message', c.message_id, 'scenario', m.scenario_key, 'step', m.step_id, 'goal', c.credited_for,
    'value', CASE WHEN c.amount IS NOT NULL THEN jsonb_build_object('amount', ${shown('c.amount')}, 'currency', c.currency) END)
  FROM conversions c
  LEFT JOIN messages m ON m.environment_id = c.environment_id AND m.id = c.message_id
  WHERE c.environment_id = $1 AND c.contact_id IN (SELECT id FROM person)
)
SELECT at, at::text AS at_key, rank, id, body
FROM item
WHERE $3::timestamptz IS NULL OR (at, rank, id) > ($3::timestamptz, $4::integer, $5::uuid)
ORDER BY at, rank, id
LIMIT $6`;

/** The person's latest run in a scenario; $3 scenario, $4 the subject that it follows up, null for any. */
export const LATEST_RUN = `
WITH ${PERSON}
SELECT r.id, r.subject, r.version, r.state, r.due_at, r.entered_at, r.end_reason, r.ended_at, r.holdout, r.held, r.touches
FROM enrollments r
WHERE r.environment_id = $1 AND r.scenario_key = $3 AND r.contact_id IN (SELECT id FROM person)
  AND ($4::text IS NULL OR r.subject = $4)
ORDER BY r.entered_at DESC, r.id DESC
LIMIT 1`;

/** The person's runs in a scenario that have not ended, but for one; $3 scenario, $4 that run. */
export const OTHER_RUNS = `
WITH ${PERSON}
SELECT r.id, r.subject, r.entered_at
FROM enrollments r
WHERE r.environment_id = $1 AND r.scenario_key = $3 AND r.contact_id IN (SELECT id FROM person)
  AND r.state <> 'ended' AND r.id IS DISTINCT FROM $4::uuid
ORDER BY r.entered_at DESC, r.id DESC
LIMIT 50`;

/** Every decision on a run; $1 environment, $2 run. */
export const DECISIONS = `
SELECT s.at, s.step_id, s.outcome, s.reason, s.field, s.due_at, CASE WHEN s.reason = 'condition_false' THEN
  ${stepConditionSql({ storeId: 'r.store_id', scenario: 'r.scenario_key', version: 'r.version', step: 's.step_id' })} END AS condition
FROM enrollments r
JOIN enrollment_steps s ON s.environment_id = r.environment_id AND s.enrollment_id = r.id
WHERE r.environment_id = $1 AND r.id = $2
ORDER BY s.at, s.id`;

/** The letters of a run; $1 environment, $2 run. */
export const RUN_LETTERS = `
SELECT m.id, m.step_id, m.state, m.reason, m.detail, m.due_at, m.next_attempt_at, m.held, ${SHOWN_SENT_AT} AS sent_at
FROM messages m
WHERE m.environment_id = $1 AND m.enrollment_id = $2
ORDER BY m.created_at, m.id`;

/** The person's latest events that the scenario looked at, with what they did there; $3 scenario, $4 its store. */
export const LOOKED_AT = `
WITH ${PERSON}
SELECT e.id, e.type, e.occurred_at, o.value AS outcome,
  ${triggerConditionSql({ storeId: '$4', scenario: '$3', version: "(o.value ->> 'version')::integer" })} AS condition
FROM storefront_events e
CROSS JOIN LATERAL jsonb_array_elements(e.outcomes) o
WHERE e.environment_id = $1 AND e.contact_id IN (SELECT id FROM person) AND o.value ->> 'scenario' = $3
ORDER BY e.occurred_at DESC, e.id DESC
LIMIT 20`;

/** A scenario and what of it is published; $1 store, $2 environment, $3 scenario. */
export const PUBLISHED = `
SELECT (SELECT jsonb_build_object('version', p.version, 'state', p.state,
    'event', coalesce(v.document -> 'trigger' ->> 'event', '${START_REQUESTED}'))
  FROM publications p
  JOIN scenario_versions v ON v.store_id = s.store_id AND v.scenario_key = p.key AND v.version = p.version
  WHERE p.environment_id = $2 AND p.kind = 'scenario' AND p.key = s.key) AS published
FROM scenarios s
WHERE s.store_id = $1 AND s.key = $3`;
