import type { StepRecord } from '../domain/run.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import type { WorkingRun } from './working-run.js';

/** Writes new runs. */
export async function insertRuns(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  if (runs.length === 0) return;
  await tx.query(INSERT_RUNS, [
    ...changedColumns(runs),
    arrayText(runs, ({ identity }) => identity.storeId),
    arrayText(runs, ({ identity }) => identity.clock),
    arrayText(runs, ({ identity }) => identity.scenarioKey),
    arrayText(runs, ({ identity }) => identity.version),
    arrayText(runs, ({ identity }) => identity.messageClass),
    arrayText(runs, ({ identity }) => identity.contactId),
    arrayText(runs, ({ state }) => state.subject),
    ...eventColumns(runs),
  ]);
}

/** Writes how runs stand now; their rows are locked by this transaction. */
export async function updateRuns(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  const renewed = runs.filter(({ isEventNew }) => isEventNew);
  const others = runs.filter(({ isEventNew }) => !isEventNew);
  if (others.length > 0) await tx.query(UPDATE_RUNS, changedColumns(others));
  // The bulky part of a row is written only where it was replaced.
  if (renewed.length > 0) await tx.query(RENEW_RUNS, [...changedColumns(renewed), ...eventColumns(renewed)]);
}

/** Adds to the runs' histories: one row a run, with all that it did. */
export async function insertSteps(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  const moved = runs.filter(({ steps }) => steps.length > 0);
  if (moved.length === 0) return;
  await tx.query(INSERT_STEPS, [
    arrayText(moved, ({ identity }) => identity.environmentId),
    arrayText(moved, ({ identity }) => identity.id),
    arrayText(moved, () => newId()),
    // JSON holds a line feed only as an escape.
    moved.map(({ steps }) => JSON.stringify(steps.map(stepLine))).join('\n'),
  ]);
}

/** As the view `enrollment_steps` reads it. */
function stepLine({ pass, round, stepId, outcome, reason, at, dueAt }: StepRecord): readonly unknown[] {
  return [newId(), pass, round, stepId, outcome, reason, at, dueAt];
}

/** In the order of CHANGED. */
function changedColumns(runs: readonly WorkingRun[]): string[] {
  return [
    arrayText(runs, ({ identity }) => identity.environmentId),
    arrayText(runs, ({ identity }) => identity.id),
    arrayText(runs, ({ state }) => state.state),
    arrayText(runs, ({ state }) => state.position),
    arrayText(runs, ({ state }) => state.dueAt),
    arrayText(runs, ({ state }) => state.previousAt),
    arrayText(runs, ({ state }) => state.enteredAt),
    arrayText(runs, ({ state }) => state.lastActivityAt),
    arrayText(runs, ({ state }) => state.pass),
    arrayText(runs, ({ state }) => state.round),
    arrayText(runs, ({ state }) => state.touches),
    arrayText(runs, ({ state }) => state.variant),
    arrayText(runs, ({ state }) => state.holdout),
    arrayText(runs, ({ state }) => state.endReason),
    arrayText(runs, ({ state }) => state.endedAt),
  ];
}

/** In the order of EVENT_COLUMNS: where the event lies among the stored ones, or, if it came from elsewhere, itself. */
function eventColumns(runs: readonly WorkingRun[]): string[] {
  return [
    arrayText(runs, ({ storedEvent, state }) => (storedEvent ? null : JSON.stringify(state.event))),
    arrayText(runs, ({ storedEvent }) => storedEvent && storedEvent.id),
    arrayText(runs, ({ storedEvent }) => storedEvent && storedEvent.receivedAt),
    arrayText(runs, ({ state }) => state.event.id),
    arrayText(runs, ({ state }) => state.event.at),
  ];
}

const CHANGED = `$1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
  $8::timestamptz[], $9::int[], $10::int[], $11::int[], $12::text[], $13::bool[], $14::text[], $15::timestamptz[]`;
const CHANGED_NAMES = `environment_id, id, state, position, due_at, previous_at, entered_at, last_activity_at, pass, round, touches, variant,
  holdout, end_reason, ended_at`;
const EVENT_NAMES = 'event, stored_id, stored_at, event_id, event_at';

// A stored event is copied where it lies: as JSON its data would be written, sent and parsed once more.
const EVENT = `coalesce(v.event, (SELECT jsonb_build_object('id', v.event_id, 'type', s.type, 'at', v.event_at, 'data', s.data)
  FROM storefront_events s WHERE s.environment_id = v.environment_id AND s.id = v.stored_id AND s.received_at = v.stored_at))`;

const INSERT_RUNS = `
INSERT INTO enrollments (${CHANGED_NAMES}, store_id, clock, scenario_key, version, message_class, contact_id, subject, event)
SELECT ${CHANGED_NAMES}, store_id, clock, scenario_key, version, message_class, contact_id, subject, ${EVENT}
FROM unnest(${CHANGED}, $16::uuid[], $17::text[], $18::text[], $19::int[], $20::text[], $21::uuid[], $22::text[],
    $23::jsonb[], $24::uuid[], $25::timestamptz[], $26::text[], $27::text[])
  AS v (${CHANGED_NAMES}, store_id, clock, scenario_key, version, message_class, contact_id, subject, ${EVENT_NAMES})`;

const SET_CHANGED = `state = v.state, position = v.position, due_at = v.due_at, previous_at = v.previous_at, entered_at = v.entered_at,
  last_activity_at = v.last_activity_at, pass = v.pass, round = v.round, touches = v.touches, variant = v.variant, holdout = v.holdout,
  end_reason = v.end_reason, ended_at = v.ended_at`;

const UPDATE_RUNS = `
UPDATE enrollments r SET ${SET_CHANGED}
FROM unnest(${CHANGED}) AS v (${CHANGED_NAMES})
WHERE r.environment_id = v.environment_id AND r.id = v.id`;

const RENEW_RUNS = `
UPDATE enrollments r SET ${SET_CHANGED}, event = ${EVENT}
FROM unnest(${CHANGED}, $16::jsonb[], $17::uuid[], $18::timestamptz[], $19::text[], $20::text[]) AS v (${CHANGED_NAMES}, ${EVENT_NAMES})
WHERE r.environment_id = v.environment_id AND r.id = v.id`;

const INSERT_STEPS = `
INSERT INTO enrollment_history (environment_id, enrollment_id, id, steps)
SELECT v.environment_id, v.enrollment_id, v.id, v.steps::jsonb
FROM ROWS FROM (unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest(string_to_array($4::text, E'\\n')))
  AS v (environment_id, enrollment_id, id, steps)`;
