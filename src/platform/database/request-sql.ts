import type { EntityManager } from 'typeorm';
import type { QueryResultRow } from 'pg';
import type { Sql } from './sql.js';

/** Hand-written SELECTs and INSERTs inside a request's transaction (`RequestDatabase.run`), under its row-level security. */
export function requestSql(manager: EntityManager): Sql {
  return {
    query: <R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> =>
      manager.query<R[]>(text, [...values]),
  };
}
