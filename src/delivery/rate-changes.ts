import { Injectable } from '@nestjs/common';
import { stepOf } from '../domain/send-budget.js';
import { parseSendRate } from '../domain/send-rate.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { DeliveryTimes } from './delivery-times.js';
import { Transports } from './transports/transports.js';

/**
 * Follows stores that change their rate. Letters beyond a rate wait for instants that were made with it, newcomers behind
 * them: when it is another one, or none any more, those that wait are spread anew, in their order, from now on. So they are where the
 * database's clock was ahead while they were counted: nothing would be refilled until then.
 */
@Injectable()
export class RateChanges {
  private readonly log = logger(RateChanges.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly transports: Transports,
    private readonly times: DeliveryTimes,
  ) {}

  /** To be called every few seconds, in any process; answers how many letters have another instant. A failure waits for the next time. */
  async follow(): Promise<number> {
    const { name } = this.transports.of('real').transport;
    const { circuitMaxMs: longestPauseMs } = this.times;
    let moved = 0;
    for (const { storeId } of await this.db.query<{ storeId: string }>(CHANGED, [name, longestPauseMs]))
      moved += await this.db
        .transaction((tx) => spread(tx, storeId, name, longestPauseMs))
        .catch((error: unknown) => {
          this.log.error(
            'Letters wait as an earlier rate has it',
            { event: 'delivery.rate_not_followed', storeId },
            error,
          );
          return 0;
        });
    return moved;
  }
}

async function spread(tx: Sql, storeId: string, provider: string, longestPauseMs: number): Promise<number> {
  const [row] = await tx.query<LockedBudget>(LOCK, [provider, longestPauseMs, storeId]);
  if (!row) return 0; // another process was faster
  const stepMs = stepOf(row.rate === null ? null : parseSendRate(row.rate));
  const [done] = await tx.query<{ letters: number }>(SPREAD, [storeId, row.start, stepMs]);
  const until = new Date(row.start.getTime() + done!.letters * stepMs);
  await tx.query(SAVE, [storeId, provider, row.rate, row.start, until, row.pausedUntil]);
  return done!.letters;
}

interface LockedBudget extends Record<string, unknown> {
  readonly rate: string | null;
  readonly pausedUntil: Date | null;
  /** From where letters that wait are spread. */
  readonly start: Date;
}

const LONGEST_PAUSE = 'clock_timestamp() + make_interval(secs => $2 / 1000.0)';

/** Those with another rate, and those that were written while the database's clock was ahead. */
const FROM_CHANGED = `
FROM store_providers AS p JOIN stores AS s ON s.id = p.store_id
WHERE p.provider = $1 AND (p.rate IS DISTINCT FROM s.settings->>'sendRate'
  OR p.refilled_at > clock_timestamp() OR p.paused_until > ${LONGEST_PAUSE})`;

const CHANGED = `SELECT p.store_id AS "storeId" ${FROM_CHANGED}`;

const LOCK = `
SELECT o.rate, o."pausedUntil", greatest(clock_timestamp(), o."pausedUntil") AS start
FROM (SELECT s.settings->>'sendRate' AS rate,
    CASE WHEN p.paused_until > ${LONGEST_PAUSE} THEN ${LONGEST_PAUSE} ELSE p.paused_until END AS "pausedUntil"
  ${FROM_CHANGED} AND p.store_id = $3 FOR UPDATE OF p) AS o`;

/** A letter that is claimed just now asks by itself; one that somebody holds keeps its instant. */
const SPREAD = `
WITH locked AS MATERIALIZED (
  SELECT m.environment_id, m.id, m.message_class, m.due_at FROM messages AS m
  WHERE m.store_id = $1 AND m.state = 'planned' AND m.clock = 'real' AND NOT m.held AND m.reason = 'provider_rate'
  FOR NO KEY UPDATE OF m SKIP LOCKED),
waiting AS (
  SELECT environment_id, id, row_number() OVER (ORDER BY message_class <> 'service', due_at, id) AS place FROM locked),
moved AS (
  UPDATE messages AS m SET due_at = $2::timestamptz + make_interval(secs => w.place * $3::double precision / 1000)
  FROM waiting AS w WHERE m.environment_id = w.environment_id AND m.id = w.id
  RETURNING 1)
SELECT count(*)::int AS letters FROM moved`;

const SAVE = `
UPDATE store_providers SET rate = $3, again_until = $4, first_until = $5, paused_until = $6,
  refilled_at = least(refilled_at, clock_timestamp())
WHERE store_id = $1 AND provider = $2`;
