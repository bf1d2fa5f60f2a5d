import type { QueryResultRow } from 'pg';

/** One connection's or one pool's way to run SQL; what services take so that a caller decides on the transaction. */
export interface Sql {
  /** Runs one statement and returns its rows; the text must not change with the values, for it may be prepared. */
  query<R extends QueryResultRow = QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]>;
}
