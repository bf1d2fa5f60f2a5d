import type { Pool, PoolClient, QueryResultRow } from 'pg';
import type { Sql } from './sql.js';

/** deadlock_detected and serialization_failure: the transaction did nothing and may simply be run again. */
const RETRIED = new Set(['40P01', '40001']);
const ATTEMPTS = 4;

/**
 * The engine's way to the database (role touchmap_engine): batches over all stores, hand-written multi-row SQL.
 * A plain pg pool and not the TypeORM data source, because only here statements are prepared under a name.
 */
export class EngineDatabase implements Sql {
  constructor(readonly pool: Pool) {}

  async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
    return (await this.pool.query<R>({ text, values: [...values], name })).rows;
  }

  /**
   * Runs `work` in one READ COMMITTED transaction and commits it; rolls back when it throws.
   * A deadlock or serialization failure runs `work` again (up to 4 times in all), so it must only touch the database.
   */
  async transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt >= ATTEMPTS || !RETRIED.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
  }

  private async once<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(sqlOf(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((e: Error) => (broken = e));
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** The Sql of one checked-out client. */
export function sqlOf(client: PoolClient): Sql {
  return {
    async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
      return (await client.query<R>({ text, values: [...values], name })).rows;
    },
  };
}
