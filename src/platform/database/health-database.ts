import type { Pool, QueryResultRow } from 'pg';
import { makePool } from './pools.js';
import type { Sql } from './sql.js';

const CONNECT_MS = 2_000;
const QUERY_MS = 4_000;

/**
 * One connection of its own for health and metrics: they must answer, and answer truly, while every other connection is
 * busy. Waits are short, because whoever asks has a deadline too.
 */
export class HealthDatabase implements Sql {
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = makePool(url, 'touchmap_engine', 1, {
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: QUERY_MS - 500,
      query_timeout: QUERY_MS,
    });
  }

  async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.pool.query<R>(text, [...values])).rows;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
