import type { Pool, QueryResultRow } from 'pg';
import { EngineDatabase } from '../../../src/platform/database/engine-database.js';
import type { Sql } from '../../../src/platform/database/sql.js';
import type { Faults } from './faults.js';

/** Reading the clock is no work. */
const CLOCK = 'SELECT clock_timestamp()';

/**
 * One part's way to the database, with points around everything it does: `part.asked`, `part.answered` around a statement,
 * `part.open` before a transaction's COMMIT and `part.committed` behind it. Statements and transactions that found nothing to do
 * pass no point behind them.
 */
export class FaultyDatabase extends EngineDatabase {
  constructor(
    pool: Pool,
    private readonly part: string,
    private readonly faults: Faults,
  ) {
    super(pool);
  }

  override async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    if (text.startsWith(CLOCK)) return super.query<R>(text, values);
    this.faults.at(`${this.part}.asked`);
    const rows = await super.query<R>(text, values);
    if (rows.length > 0) this.faults.at(`${this.part}.answered`);
    return rows;
  }

  override async transaction<T>(work: (tx: Sql) => Promise<T>): Promise<T> {
    const result = await super.transaction(async (tx) => {
      const done = await work(tx);
      if (didSomething(done)) this.faults.at(`${this.part}.open`);
      return done;
    });
    if (didSomething(result)) this.faults.at(`${this.part}.committed`);
    return result;
  }
}

/** The parts' transactions answer with what they did: a list, or an object of lists, counts and the like. */
function didSomething(result: unknown): boolean {
  if (Array.isArray(result)) return result.length > 0;
  if (typeof result === 'number') return result > 0;
  if (typeof result !== 'object' || result === null) return true;
  return Object.values(result).some((value) =>
    Array.isArray(value) ? value.length > 0 : typeof value === 'number' && value > 0,
  );
}
