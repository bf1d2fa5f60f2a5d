import type { DataSource, EntityManager } from 'typeorm';
import { mayRunAgain } from './database-error.js';
import { requestSql } from './request-sql.js';
import type { Sql } from './sql.js';

const ATTEMPTS = 4;

/** Whose rows a request may see: the store and environment of the caller's key. */
export interface Scope {
  readonly storeId: string;
  readonly environmentId: string;
}

/**
 * The API's way to the database (role touchmap_request): repositories inside a transaction that names the caller's
 * store and environment, so that row-level security hides every other store even where a query forgot its WHERE.
 */
export class RequestDatabase {
  constructor(readonly dataSource: DataSource) {}

  /** Runs `work` in one transaction that sees only the scope's rows. */
  run<T>(scope: Scope, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SELECT set_config('app.store', $1, true), set_config('app.environment', $2, true)`, [
        scope.storeId,
        scope.environmentId,
      ]);
      return work(manager);
    });
  }

  /**
   * The same for hand-written SELECTs (TypeORM answers writes in another shape). A deadlock, with the maintenance that drops months
   * of several tables at once, runs `work` again (up to 4 times in all), so it must only read.
   */
  async read<T>(scope: Scope, work: (tx: Sql) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.run(scope, (manager) => work(requestSql(manager)));
      } catch (error) {
        if (attempt >= ATTEMPTS || !mayRunAgain(error)) throw error;
      }
  }
}
