import { Injectable } from '@nestjs/common';
import type { StandingRun } from '../enrollments/complete-runs.js';
import { REAL_LANE, type Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { StageWaker } from '../platform/queue/stages.js';
import { DeliveryTimes } from './delivery-times.js';
import { DueWatermark } from './due-watermark.js';
import { setTimesRight } from './set-times-right.js';
import { RateChanges } from './rate-changes.js';
import { Settle } from './settle.js';

interface Ended extends StandingRun {
  readonly atEnd: boolean;
  /** Where the clock of a sandbox stands; null in live. */
  readonly virtualNow: Date | null;
}

/** Takes over what dead or stopped workers held, ends what has been unknown for long enough, follows changed rates. Safe in every process. */
@Injectable()
export class Sweeper {
  private readonly log = logger(Sweeper.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly settle: Settle,
    private readonly rates: RateChanges,
    private readonly times: DeliveryTimes,
    private readonly watermark: DueWatermark,
    private readonly waker: StageWaker,
  ) {}

  /** One round; to be called every few seconds and at the start. */
  async sweep(): Promise<void> {
    try {
      await this.round();
    } catch (error) {
      this.watermark.reset(); // rows may have come back although the answer was lost
      throw error;
    }
  }

  private async round(): Promise<void> {
    await setTimesRight(this.db, this.times.leaseMs);
    const takenOver = await this.db.transaction((tx) => this.takeOver(tx));
    const resolved = await this.db.query<Ended>(RESOLVE, [this.times.repeatUnknownMs, this.times.resolveUnknownMs]);
    const released = await this.db.query(RELEASE_UNPAUSED);
    const moved = await this.rates.follow();
    if (takenOver.length + released.length + moved > 0) this.watermark.reset();
    if (takenOver.length > 0)
      this.log.warn('Took over letters of a worker that is gone', {
        event: 'delivery.taken_over',
        letters: takenOver.length,
      });
    if (takenOver.length + resolved.length > 0) this.waker.wake('stats');
    for (const ended of [...takenOver, ...resolved])
      if (ended.atEnd) await this.settle.completeRuns(laneOf(ended), [ended]);
  }

  /** While this transaction holds a dead worker's advisory lock, no other sweep takes the same rows. */
  private async takeOver(tx: Sql): Promise<readonly Ended[]> {
    const dead = await tx.query<{ id: string }>(DEAD_WORKERS);
    return tx.query<Ended>(TAKE_OVER, [dead.map(({ id }) => id)]);
  }
}

function laneOf({ environmentId, virtualNow }: Ended): Lane {
  return virtualNow ? { clock: 'virtual', environmentId, now: virtualNow } : REAL_LANE;
}

/** The runs of rows that a statement ended (`ended`), with what completing them needs. */
const ENDED_RUNS = `
SELECT x.environment_id AS "environmentId", x.enrollment_id AS "enrollmentId", x.contact_id AS "contactId",
  e.virtual_now AS "virtualNow",
  coalesce(r.state = 'sending' AND r.position = 'end' AND x.state IN ('accepted', 'unresolved'), false) AS "atEnd"
FROM ended AS x
JOIN environments AS e ON e.id = x.environment_id
LEFT JOIN enrollments AS r ON r.environment_id = x.environment_id AND r.id = x.enrollment_id`;

/** A session advisory lock that can be had belongs to nobody any more; a life that ended in good order has no row left. */
const DEAD_WORKERS = `
WITH holders AS MATERIALIZED (SELECT DISTINCT m.claimed_by AS id FROM messages AS m WHERE m.state IN ('claimed', 'sending'))
SELECT h.id FROM holders AS h LEFT JOIN workers AS w ON w.id = h.id
WHERE h.id IS NOT NULL AND (w.id IS NULL OR pg_try_advisory_xact_lock(w.lock_key))`;

/**
 * A claimed letter has met no provider yet and is simply tried again. One in `sending` may have: nobody knows — except for
 * the outbox, where the row and its body are all there is to it. The token stays, for an answer that still comes.
 */
const TAKE_OVER = `
WITH lost AS (
  SELECT m.environment_id, m.id FROM messages AS m
  WHERE m.state IN ('claimed', 'sending') AND (m.claimed_by = ANY ($1::uuid[]) OR m.lease_until < clock_timestamp())
  ORDER BY m.environment_id, m.id FOR NO KEY UPDATE OF m SKIP LOCKED),
ended AS (
  UPDATE messages AS m SET
    state = CASE WHEN m.state = 'claimed' THEN 'planned' WHEN m.provider = 'outbox' THEN 'accepted' ELSE 'unknown' END,
    accepted_at = CASE WHEN m.state = 'sending' AND m.provider = 'outbox' THEN m.sent_at END,
    reconciled_by = CASE WHEN m.state = 'sending' AND m.provider = 'outbox' THEN 'outbox' END,
    unknown_since = CASE WHEN m.state = 'sending' AND m.provider <> 'outbox' THEN clock_timestamp() ELSE m.unknown_since END,
    claim_token = CASE WHEN m.state = 'sending' THEN m.claim_token END,
    next_attempt_at = NULL, claimed_by = NULL, lease_until = NULL
  FROM lost WHERE m.environment_id = lost.environment_id AND m.id = lost.id
  RETURNING m.environment_id, m.id, m.enrollment_id, m.contact_id, m.scenario_key, m.step_id, m.sent_on, m.attempts, m.state),
attempts AS (
  UPDATE send_attempts AS a SET finished_at = clock_timestamp(), outcome = t.state, detail = 'the worker was gone'
  FROM ended AS t
  WHERE t.state <> 'planned' AND a.environment_id = t.environment_id AND a.message_id = t.id AND a.attempt = t.attempts),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT DISTINCT t.environment_id, t.scenario_key, t.step_id, t.sent_on FROM ended AS t
  WHERE t.state <> 'planned' AND t.scenario_key IS NOT NULL)
${ENDED_RUNS}`;

/**
 * After its window an at-least-once letter is repeated once, marked as a possible duplicate; everything else ends as
 * unresolved and is shown. A letter that its run took back is not repeated.
 */
const RESOLVE = `
WITH over AS (
  SELECT m.environment_id, m.id, m.policy = 'at-least-once' AND NOT m.dup_risk AND NOT m.cancel_requested
    AND m.enrollment_id IS NOT NULL AS again
  FROM messages AS m
  WHERE m.state = 'unknown' AND m.unknown_since < clock_timestamp() - make_interval(secs => least($1::numeric, $2::numeric) / 1000.0)
    AND m.unknown_since < clock_timestamp() - make_interval(secs => CASE WHEN m.policy = 'at-least-once' AND NOT m.dup_risk
      AND NOT m.cancel_requested AND m.enrollment_id IS NOT NULL THEN $1::numeric ELSE $2::numeric END / 1000.0)
  ORDER BY m.environment_id, m.id FOR NO KEY UPDATE OF m SKIP LOCKED),
ended AS (
  UPDATE messages AS m SET state = CASE WHEN o.again THEN 'retry' ELSE 'unresolved' END, dup_risk = m.dup_risk OR o.again,
    next_attempt_at = CASE WHEN o.again THEN clock_timestamp() END
  FROM over AS o WHERE m.environment_id = o.environment_id AND m.id = o.id
  RETURNING m.environment_id, m.enrollment_id, m.contact_id, m.scenario_key, m.step_id, m.sent_on, m.state),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT DISTINCT c.environment_id, c.scenario_key, c.step_id, c.sent_on FROM ended AS c
  WHERE c.state = 'unresolved' AND c.scenario_key IS NOT NULL)
${ENDED_RUNS}`;

/** A guard that read "paused" may write `held` after the resume has released the scenario's letters; and the resume waits for no row. */
const RELEASE_UNPAUSED = `
UPDATE messages AS m SET held = false
FROM (SELECT o.environment_id, o.id FROM messages AS o
  JOIN publications AS p ON p.environment_id = o.environment_id AND p.kind = 'scenario' AND p.key = o.scenario_key
  WHERE o.held AND p.state = 'published' FOR NO KEY UPDATE OF o SKIP LOCKED) AS free
WHERE m.environment_id = free.environment_id AND m.id = free.id
RETURNING m.id`;
