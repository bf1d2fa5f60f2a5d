import { Injectable } from '@nestjs/common';
import { completeRuns, type StandingRun } from '../enrollments/complete-runs.js';
import { RunMover } from '../enrollments/run-mover.js';
import { laneNow, type Lane } from '../platform/clock/lane.js';
import { arrayText } from '../platform/database/array-text.js';
import { codeOf, EngineDatabase, IS_HELD } from '../platform/database/engine-database.js';
import { logger } from '../platform/logging/logger.js';
import { StageWaker } from '../platform/queue/stages.js';
import { DeliveryTimes } from './delivery-times.js';
import { fitToStore, type Outcome } from './outcome.js';

/** One attempt's outcome on its way into the ledger. */
export interface Settlement {
  readonly environmentId: string;
  readonly id: string;
  readonly attempt: number;
  readonly outcome: Outcome;
}

/** What became of writing outcomes. */
export interface Settled {
  /** How many letters were accepted. */
  readonly accepted: number;
  /** Outcomes that are to be written later: somebody holds their letters' rows. */
  readonly held: readonly Settlement[];
}

/** Writes what became of attempts, and completes runs that waited for nothing else. */
@Injectable()
export class Settle {
  private readonly log = logger(Settle.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly runs: RunMover,
    private readonly waker: StageWaker,
    private readonly times: DeliveryTimes,
  ) {}

  /**
   * Writes outcomes in one statement, each row only by its attempt's token, so news of an attempt is believed also
   * after the row was given up as `unknown`, but never news of an earlier one. A session that keeps a letter's row keeps no other
   * outcome from being written.
   */
  async write(lane: Lane, token: string, outcomes: readonly Settlement[]): Promise<Settled> {
    const settlements = oneOfEach(outcomes);
    try {
      return { accepted: await this.together(lane, token, settlements), held: [] };
    } catch (error) {
      if (codeOf(error) !== IS_HELD) throw error;
      const free = await this.free(settlements);
      const held = outcomes.filter(({ id }) => !free.has(id));
      if (held.length > 0)
        this.log.warn('rows of letters stay locked for long: what became of them is written later', {
          event: 'delivery.outcomes_held',
          letters: held.length,
        });
      const going = settlements.filter(({ id }) => free.has(id));
      return { accepted: await this.together(lane, token, going), held };
    }
  }

  private async free(settlements: readonly Settlement[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ id: string }>(FREE, [
      arrayText(settlements, ({ environmentId }) => environmentId),
      arrayText(settlements, ({ id }) => id),
    ]);
    return new Set(rows.map(({ id }) => id));
  }

  private async together(lane: Lane, token: string, settlements: readonly Settlement[]): Promise<number> {
    if (settlements.length === 0) return 0;
    const now = await laneNow(this.db, lane);
    const settled = await this.db.query<StandingRun & { readonly state: string; readonly atEnd: boolean }>(SETTLE, [
      token,
      now,
      arrayText(settlements, ({ environmentId }) => environmentId),
      arrayText(settlements, ({ id }) => id),
      arrayText(settlements, ({ attempt }) => attempt),
      arrayText(settlements, ({ outcome }) => outcome.state),
      arrayText(settlements, ({ outcome }) => outcome.reason),
      arrayText(settlements, ({ outcome }) => (outcome.retryMs === null ? null : Math.round(outcome.retryMs))),
      arrayText(settlements, ({ outcome }) => outcome.providerMessageId),
      arrayText(settlements, ({ outcome }) => outcome.result),
      arrayText(settlements, ({ outcome }) => outcome.status),
      arrayText(settlements, ({ outcome }) => outcome.detail),
      String(this.times.heldMs),
    ]);
    await this.completeRuns(
      lane,
      settled.filter(({ atEnd }) => atEnd),
    );
    if (lane.clock === 'real' && settled.length > 0) this.waker.wake('stats');
    return settled.filter(({ state }) => state === 'accepted').length;
  }

  /** Completes those of these runs that stand at their end with nothing on the way, whose rows nobody else holds. */
  async completeRuns(lane: Lane, runs: readonly StandingRun[]): Promise<void> {
    const held = await completeRuns(this.db, this.runs, lane, runs, this.times.heldMs);
    if (held.length > 0)
      this.log.warn('rows of runs stay locked for long: they are completed later', {
        event: 'delivery.runs_held',
        runs: held.length,
      });
  }
}

/**
 * One outcome an attempt, as the ledger may keep it: a statement changes a row once, by whichever of two outcomes it meets. `unknown`
 * gives way to whatever is known.
 */
function oneOfEach(outcomes: readonly Settlement[]): readonly Settlement[] {
  const known = new Map<string, Settlement>();
  for (const item of outcomes) {
    const key = `${item.id} ${item.attempt}`;
    if (item.outcome.state === 'unknown' && known.has(key)) continue;
    known.set(key, { ...item, outcome: fitToStore(item.outcome) });
  }
  return [...known.values()];
}

// It waits for nobody, so it need not keep the order of locks.
const FREE = `
SELECT m.id FROM unnest($1::uuid[], $2::uuid[]) AS asked (environment_id, id)
JOIN messages AS m ON m.environment_id = asked.environment_id AND m.id = asked.id
FOR NO KEY UPDATE OF m SKIP LOCKED`;

/**
 * `accepted` also settles a row that was given up, waits for its repetition or is held by the worker that would repeat it: the
 * attempt's own token proves it, whoever holds the claim now. Any other certain outcome also settles one that is `unknown`.
 * A letter that its run took back meanwhile is not tried again; one that is refused, or whose tries are used up, is unresolved if an
 * earlier try may have arrived.
 */
const SETTLE = `
WITH v AS MATERIALIZED (
  SELECT v.* FROM unnest($3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::int[], $12::text[])
    AS v (e, id, attempt, state, reason, retry_ms, provider_message_id, result, status, detail), set_config('lock_timeout', $13, true)),
settled AS (
  UPDATE messages AS m SET
    state = CASE WHEN v.state IN ('retry', 'planned') AND m.cancel_requested
      THEN CASE WHEN m.dup_risk THEN 'unresolved' ELSE 'cancelled' END
      WHEN v.state IN ('rejected', 'failed') AND m.dup_risk THEN 'unresolved' ELSE v.state END,
    reason = CASE WHEN m.cancel_requested AND v.state IN ('retry', 'planned', 'unknown') THEN m.reason ELSE v.reason END,
    accepted_at = CASE WHEN v.state = 'accepted' THEN $2::timestamptz END,
    provider_message_id = coalesce(v.provider_message_id, m.provider_message_id),
    next_attempt_at = CASE WHEN v.state IN ('retry', 'planned') THEN clock_timestamp() + make_interval(secs => v.retry_ms / 1000.0) END,
    unknown_since = CASE WHEN v.state = 'unknown' THEN clock_timestamp() ELSE m.unknown_since END,
    reconciled_by = CASE WHEN m.state <> 'sending' THEN 'late_answer' END,
    lease_until = NULL
  FROM v
  WHERE m.environment_id = v.e AND m.id = v.id AND m.attempts = v.attempt
    AND (m.claim_token = $1 AND (m.state = 'sending' OR m.state = 'unknown' AND v.state <> 'unknown')
      OR v.state = 'accepted' AND m.state IN ('unknown', 'unresolved', 'retry', 'claimed', 'planned')
        AND EXISTS (SELECT 1 FROM send_attempts AS a WHERE a.environment_id = v.e AND a.message_id = v.id
          AND a.attempt = v.attempt AND a.token = $1))
  RETURNING m.environment_id, m.enrollment_id, m.contact_id, m.scenario_key, m.step_id, m.sent_on, m.state),
attempts AS (
  UPDATE send_attempts AS a SET finished_at = $2, outcome = v.result, status = v.status, detail = left(v.detail, 500)
  FROM v WHERE a.environment_id = v.e AND a.message_id = v.id AND a.attempt = v.attempt AND a.token = $1),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT DISTINCT s.environment_id, s.scenario_key, s.step_id, s.sent_on FROM settled AS s
  WHERE s.scenario_key IS NOT NULL AND s.state NOT IN ('retry', 'planned'))
SELECT s.environment_id AS "environmentId", s.enrollment_id AS "enrollmentId", s.contact_id AS "contactId", s.state,
  coalesce(r.state = 'sending' AND r.position = 'end' AND s.state NOT IN ('retry', 'planned', 'unknown'), false) AS "atEnd"
FROM settled AS s
LEFT JOIN enrollments AS r ON r.environment_id = s.environment_id AND r.id = s.enrollment_id`;
