import { connectionProblem } from '../platform/database/database-error.js';

/**
 * Why a group was not written: somebody wrote at the same moment, an event cannot be stored, PostgreSQL is away, or
 * something that nobody expected.
 */
export type WriteFailure = 'lost_race' | 'poison' | 'unavailable' | 'unexpected';

/** unique_violation, serialization_failure, deadlock_detected. */
const RACES = new Set(['23505', '40001', '40P01']);
/** Classes of SQLSTATE that speak of the values: data, integrity, program limits, statement too complex. */
const VALUES = new Set(['22', '23', '54']);

/** Reads what the database threw. */
export function failureOf(error: unknown): WriteFailure {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && RACES.has(code)) return 'lost_race';
  if (connectionProblem(error)) return 'unavailable';
  return typeof code === 'string' && code.length === 5 && VALUES.has(code.slice(0, 2)) ? 'poison' : 'unexpected';
}
