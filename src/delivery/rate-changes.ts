import { Injectable } from '@nestjs/common';
import { stepOf } from '../domain/send-budget.js';
import { parseSendRate } from '../domain/send-rate.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { Transports } from './transports/transports.js';

/**
 * Follows stores that change their rate. Letters beyond a rate wait for instants that were made with it, newcomers behind
 * them: when it is another one, or none any more, those that wait are spread anew, in their order, from now on.
 */
@Injectable()
export class RateChanges {
  private readonly log = logger(RateChanges.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly transports: Transports,
  ) {}

  /** To be called every few seconds, in any process; answers how many letters have another instant. A failure waits for the next time. */
  async follow(): Promise<number> {
    const { name } = this.transports.of('real').transport;
    let moved = 0;
    for (const { storeId } of await this.db.query<{ storeId: string }>(CHANGED, [name]))
      moved += await this.db
        .transaction((tx) => spread(tx, storeId, name))
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

async function spread(tx: Sql, storeId: string, provider: string): Promise<number> {
  const [row] = await tx.query<{ rate: string | null; start: Date }>(LOCK, [storeId, provider]);
  if (!row) return 0; // another process was faster
  const stepMs = stepOf(row.rate === null ? null : parseSendRate(row.rate));
  const [done] = await tx.query<{ letters: number }>(SPREAD, [storeId, row.start, stepMs]);
  const until = new Date(row.start.getTime() + done!.letters * stepMs);
  await tx.query(SAVE, [storeId, provider, row.rate, row.start, until]);
  return done!.letters;
}

const CHANGED = `
SELECT p.store_id AS "storeId" FROM store_providers AS p JOIN stores AS s ON s.id = p.store_id
WHERE p.provider = $1 AND p.rate IS DISTINCT FROM s.settings->>'sendRate'`;

const LOCK = `
SELECT s.settings->>'sendRate' AS rate, greatest(clock_timestamp(), p.paused_until) AS start
FROM store_providers AS p JOIN stores AS s ON s.id = p.store_id
WHERE p.store_id = $1 AND p.provider = $2 AND p.rate IS DISTINCT FROM s.settings->>'sendRate' FOR UPDATE OF p`;

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
UPDATE store_providers SET rate = $3, again_until = $4, first_until = $5 WHERE store_id = $1 AND provider = $2`;
