import { Injectable } from '@nestjs/common';
import { EngineDatabase, sqlOf } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';

/** What one maintenance did. */
export interface MaintenanceReport {
  /** Names of partitions that are gone. */
  readonly dropped: readonly string[];
  readonly eventKeys: number;
  readonly providerEventKeys: number;
  readonly idempotencyKeys: number;
}

const MONTHS_AHEAD = 2;
/** An event id, or a provider's report, that is sent again later than this counts as a new one. */
const EVENT_KEY_DAYS = 90;
const IDEMPOTENCY_HOURS = 24;
const BATCH = 10_000;

/** Makes the next months' partitions, drops those beyond retention and forgets keys that nobody repeats any more. */
@Injectable()
export class Maintenance {
  constructor(private readonly database: EngineDatabase) {}

  /**
   * One run; null when another process is at it. Every statement commits by itself, so that no lock and no old snapshot is
   * held for long.
   * @param keepMonths whole months that stay beside the current one
   */
  async run(keepMonths: number): Promise<MaintenanceReport | null> {
    const client = await this.database.pool.connect();
    let unlocked = false;
    try {
      const sql = sqlOf(client);
      const [lock] = await sql.query<{ free: boolean }>(
        `SELECT pg_try_advisory_lock(hashtextextended('touchmap.maintenance', 0)) AS free`,
      );
      if (!lock!.free) {
        unlocked = true;
        return null;
      }
      await sql.query('SELECT ensure_month_partitions($1)', [MONTHS_AHEAD]);
      const dropped = await sql.query<{ name: string }>('SELECT drop_month_partitions($1) AS name', [keepMonths]);
      const old = `received_at < clock_timestamp() - interval '${EVENT_KEY_DAYS} days'`;
      const eventKeys = await prune(sql, 'event_keys', old);
      const providerEventKeys = await prune(sql, 'provider_event_keys', old);
      const idempotencyKeys = await prune(
        sql,
        'idempotency_keys',
        `created_at < clock_timestamp() - interval '${IDEMPOTENCY_HOURS} hours'`,
      );
      await sql.query(`SELECT pg_advisory_unlock(hashtextextended('touchmap.maintenance', 0))`);
      unlocked = true;
      return { dropped: dropped.map(({ name }) => name), eventKeys, providerEventKeys, idempotencyKeys };
    } finally {
      // A failure may have left the lock with the connection: it goes with it.
      client.release(!unlocked);
    }
  }
}

/** Deletes in batches that each commit; answers how many rows went. */
async function prune(sql: Sql, table: string, where: string): Promise<number> {
  for (let gone = 0; ;) {
    const batch = await sql.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${where} LIMIT ${BATCH})) AND ${where}
       RETURNING 1`,
    );
    gone += batch.length;
    if (batch.length < BATCH) return gone;
  }
}
