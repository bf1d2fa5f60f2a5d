import type { Pool, PoolClient, QueryResultRow } from 'pg';
import { connectionProblem, mayRunAgain } from './database-error.js';
import type { Sql } from './sql.js';
import { StatementNames } from './statement-names.js';

/** feature_not_supported, said of a prepared statement whose answer a migration has changed: nothing was done either. */
const PLAN_IS_OLD = '0A000';
/** lock_not_available: somebody has held a row for longer than a transaction with a `lock_timeout` waits. */
export const IS_HELD = '55P03';
/** A session that keeps a person's rows for longer than these milliseconds holds up what is done for that person, and nobody else. */
export const HELD_MS = 1_000;
/** disk_full: nothing that takes more room is written. */
export const DISK_IS_FULL = '53100';
const ATTEMPTS = 4;

/**
 * The engine's way to the database (role touchmap_engine): batches over all stores, hand-written multi-row SQL.
 * A plain pg pool and not the TypeORM data source, because only here statements are prepared under a name.
 */
export class EngineDatabase implements Sql {
  private readonly names = new StatementNames();
  private wasRefusedRoom = false;

  constructor(readonly pool: Pool) {}

  /** Whether a statement was refused because the server's disk is full, and nobody has found room there since. */
  get isDiskFull(): boolean {
    return this.wasRefusedRoom;
  }

  /** There is room again. */
  foundRoom(): void {
    this.wasRefusedRoom = false;
  }

  async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    try {
      return await this.ask<R>(this.pool, text, values);
    } catch (error) {
      if (codeOf(error) !== PLAN_IS_OLD) throw error;
      this.names.renew();
      return this.ask<R>(this.pool, text, values);
    }
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
        const isOldPlan = codeOf(error) === PLAN_IS_OLD;
        if (attempt >= ATTEMPTS || !(isOldPlan || mayRunAgain(error))) throw error;
        if (isOldPlan) this.names.renew();
      }
    }
  }

  private async once<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // Between two statements nobody else listens, and an error that nobody hears would end the process.
    const lost = (error: Error): void => void (broken = error);
    client.on('error', lost);
    try {
      await client.query('BEGIN');
      const result = await work({
        query: <R extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
          this.ask<R>(client, text, values),
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      // A server that did not answer would not answer to ROLLBACK either: the connection goes, and with it the transaction.
      if (connectionProblem(error) && codeOf(error) !== IS_HELD) broken = error as Error;
      else await client.query('ROLLBACK').catch(lost);
      throw error;
    } finally {
      client.off('error', lost);
      client.release(broken);
    }
  }

  private async ask<R extends QueryResultRow>(
    on: Pool | PoolClient,
    text: string,
    values: readonly unknown[],
  ): Promise<R[]> {
    try {
      return (await on.query<R>({ text, values: [...values], name: this.names.of(text) })).rows;
    } catch (error) {
      if (codeOf(error) === DISK_IS_FULL) this.wasRefusedRoom = true;
      throw error;
    }
  }
}

/** From here on the transaction waits for no lock longer than this: it fails with `IS_HELD`. */
export async function waitAtMost(tx: Sql, ms: number): Promise<void> {
  await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [String(ms)]);
}

/** The SQLSTATE of what PostgreSQL answered, or the code of what kept it from answering. */
export function codeOf(error: unknown): string {
  return (error as { readonly code?: string }).code ?? '';
}

/** The Sql of one checked-out client, nothing prepared: for statements that run once an hour. */
export function sqlOf(client: PoolClient): Sql {
  return {
    query: async <R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
      (await client.query<R>(text, [...values])).rows,
  };
}
