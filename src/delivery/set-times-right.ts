import type { Sql } from '../platform/database/sql.js';
import { LONGEST_MS } from './backoff.js';

/**
 * Sets right what was written while the database's clock was ahead, and would otherwise be waited for until then: a lease is never
 * longer than a lease from now, a repetition never further than the longest back-off, and nothing has been unknown since later
 * than now. A lease is not ended by it: its holder may be at work, and has a whole lease from now on.
 * @param leaseMs this process's lease. One of a process with a longer one is cut to it: every lease is longer than any call of a provider
 */
export async function setTimesRight(sql: Sql, leaseMs: number): Promise<void> {
  await sql.query(SHORTEN, [leaseMs]);
  await sql.query(SOONER);
  await sql.query(SINCE_NOW);
}

/**
 * Rows that somebody keeps have their turn with a later sweep. The clock is read once, by a subquery: what may change from row to row
 * bounds no index, and every letter that waits for its repetition would be looked at.
 */
function setRight(column: string, value: string, states: string): string {
  return `
UPDATE messages AS m SET ${column} = ${value}
FROM (SELECT environment_id, id FROM messages WHERE state ${states} AND ${column} > (SELECT ${value})
  FOR NO KEY UPDATE SKIP LOCKED) AS wrong
WHERE m.environment_id = wrong.environment_id AND m.id = wrong.id`;
}

const SHORTEN = setRight(
  'lease_until',
  'clock_timestamp() + make_interval(secs => $1 / 1000.0)',
  `IN ('claimed', 'sending')`,
);

const SOONER = setRight('next_attempt_at', `clock_timestamp() + interval '${LONGEST_MS} milliseconds'`, `= 'retry'`);

const SINCE_NOW = setRight('unknown_since', 'clock_timestamp()', `= 'unknown'`);
