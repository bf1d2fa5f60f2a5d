import type { StepRecord } from '../domain/run.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import type { WorkingRun } from './working-run.js';

/** Writes new runs. */
export async function insertRuns(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  if (runs.length === 0) return;
  await tx.query(INSERT_RUNS, [
    ...movedColumns(runs),
    ...begunColumns(runs),
    arrayText(runs, ({ identity }) => identity.storeId),
    arrayText(runs, ({ identity }) => identity.clock),
    arrayText(runs, ({ identity }) => identity.scenarioKey),
    arrayText(runs, ({ identity }) => identity.version),
    arrayText(runs, ({ identity }) => identity.messageClass),
    arrayText(runs, ({ identity }) => identity.contactId),
    arrayText(runs, ({ state }) => state.subject),
    arrayText(runs, ({ state }) => state.holdout),
  ]);
}

/** Writes how runs stand now; their rows are locked by this transaction. */
export async function updateRuns(tx: Sql, runs: readonly WorkingRun[]): Promise<void> {
  const begun = runs.filter(({ isEventNew }) => isEventNew);
  const moved = runs.filter(({ isEventNew }) => !isEventNew);
  if (moved.length > 0) await tx.query(MOVE_RUNS, movedColumns(moved));
  // The bulky part of a row is written only where it was replaced.
  if (begun.length > 0) await tx.query(RENEW_RUNS, [...movedColumns(begun), ...begunColumns(begun)]);
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
function stepLine({ pass, round, stepId, outcome, reason, at, dueAt, field }: StepRecord): readonly unknown[] {
  const line = [newId(), pass, round, stepId, outcome, reason, at, dueAt];
  return field === undefined ? line : [...line, field];
}

/** Where the runs stand: all that changes as long as no new event comes. In the order of MOVED. */
function movedColumns(runs: readonly WorkingRun[]): string[] {
  return [
    arrayText(runs, ({ identity }) => identity.environmentId),
    arrayText(runs, ({ identity }) => identity.id),
    arrayText(runs, ({ state }) => state.state),
    arrayText(runs, ({ state }) => state.position),
    arrayText(runs, ({ state }) => state.dueAt),
    arrayText(runs, ({ state }) => state.previousAt),
    arrayText(runs, ({ state }) => state.round),
    arrayText(runs, ({ state }) => state.repeatAt),
    arrayText(runs, ({ state }) => state.received),
    arrayText(runs, ({ state }) => state.touches),
    arrayText(runs, ({ state }) => state.variant),
    arrayText(runs, ({ state }) => state.endReason),
    arrayText(runs, ({ state }) => state.endedAt),
  ];
}

/**
 * What an event begins or begins anew, in the order of BEGUN. The event is where it lies among the stored ones, or, if it came from
 * elsewhere, itself.
 */
function begunColumns(runs: readonly WorkingRun[]): string[] {
  return [
    arrayText(runs, ({ state }) => state.enteredAt),
    arrayText(runs, ({ state }) => state.lastActivityAt),
    arrayText(runs, ({ state }) => state.pass),
    arrayText(runs, ({ storedEvent, state }) => (storedEvent ? null : JSON.stringify(state.event))),
    arrayText(runs, ({ storedEvent }) => storedEvent && storedEvent.id),
    arrayText(runs, ({ storedEvent }) => storedEvent && storedEvent.receivedAt),
    arrayText(runs, ({ state }) => state.event.id),
    arrayText(runs, ({ state }) => state.event.at),
  ];
}

const MOVED = `$1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::timestamptz[], $9::text[],
  $10::int[], $11::text[], $12::text[], $13::timestamptz[]`;
const MOVED_NAMES =
  'environment_id, id, state, position, due_at, previous_at, round, repeat_at, received, touches, variant, end_reason, ended_at';
const BEGUN = `$14::timestamptz[], $15::timestamptz[], $16::int[], $17::jsonb[], $18::uuid[], $19::timestamptz[], $20::text[], $21::text[]`;
const BEGUN_NAMES = 'entered_at, last_activity_at, pass';
const EVENT_NAMES = 'event, stored_id, stored_at, event_id, event_at';
const IDENTITY = `$22::uuid[], $23::text[], $24::text[], $25::int[], $26::text[], $27::uuid[], $28::text[], $29::bool[]`;
const IDENTITY_NAMES = 'store_id, clock, scenario_key, version, message_class, contact_id, subject, holdout';

// A stored event is copied where it lies: as JSON its data would be written, sent and parsed once more.
const EVENT = `coalesce(v.event, (SELECT jsonb_build_object('id', v.event_id, 'type', s.type, 'at', v.event_at, 'data', s.data)
  FROM storefront_events s WHERE s.environment_id = v.environment_id AND s.id = v.stored_id AND s.received_at = v.stored_at))`;

const INSERT_RUNS = `
INSERT INTO enrollments (${MOVED_NAMES}, ${BEGUN_NAMES}, event, ${IDENTITY_NAMES})
SELECT ${MOVED_NAMES}, ${BEGUN_NAMES}, ${EVENT}, ${IDENTITY_NAMES}
FROM unnest(${MOVED}, ${BEGUN}, ${IDENTITY}) AS v (${MOVED_NAMES}, ${BEGUN_NAMES}, ${EVENT_NAMES}, ${IDENTITY_NAMES})`;

const SET_MOVED = `state = v.state, position = v.position, due_at = v.due_at, previous_at = v.previous_at, round = v.round,
  repeat_at = v.repeat_at, received = v.received, touches = v.touches, variant = v.variant,
  end_reason = v.end_reason, ended_at = v.ended_at`;
// What has ended waits for no resume, and what has begun anew has not come due yet.
const STILL_HELD = `r.held AND v.state <> 'ended'`;

const MOVE_RUNS = `
UPDATE enrollments r SET ${SET_MOVED}, held = ${STILL_HELD}
FROM unnest(${MOVED}) AS v (${MOVED_NAMES})
WHERE r.environment_id = v.environment_id AND r.id = v.id`;

const RENEW_RUNS = `
UPDATE enrollments r SET ${SET_MOVED}, held = ${STILL_HELD} AND v.pass = r.pass,
  entered_at = v.entered_at, last_activity_at = v.last_activity_at, pass = v.pass, event = ${EVENT}
FROM unnest(${MOVED}, ${BEGUN}) AS v (${MOVED_NAMES}, ${BEGUN_NAMES}, ${EVENT_NAMES})
WHERE r.environment_id = v.environment_id AND r.id = v.id`;

const INSERT_STEPS = `
INSERT INTO enrollment_history (environment_id, enrollment_id, id, steps)
SELECT v.environment_id, v.enrollment_id, v.id, v.steps::jsonb
FROM ROWS FROM (unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::uuid[]), unnest(string_to_array($4::text, E'\\n')))
  AS v (environment_id, enrollment_id, id, steps)`;
