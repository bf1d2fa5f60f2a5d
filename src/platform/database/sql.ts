import type { QueryResultRow } from 'pg';

/** One connection's or one pool's way to run SQL; what services take so that a caller decides on the transaction. */
export interface Sql {
  /**
   * Runs one statement and returns its rows.
   * @param name prepares the statement under this name (unique to its text) on each connection: for hot paths only.
   */
  query<R extends QueryResultRow = QueryResultRow>(
    text: string,
    values?: readonly unknown[],
    name?: string,
  ): Promise<R[]>;
}
