/** Why a group was not written: somebody wrote at the same moment, an event cannot be stored, or PostgreSQL is away. */
export type WriteFailure = 'lost_race' | 'poison' | 'unavailable';

/** unique_violation, foreign_key_violation (a contact went meanwhile), serialization_failure, deadlock_detected. */
const RACES = new Set(['23505', '23503', '40001', '40P01']);
/** Classes of SQLSTATE that speak of the values: data, integrity, program limits, statement too complex. */
const VALUES = new Set(['22', '23', '54']);

/** Reads the SQLSTATE of what the database threw; anything without one is a broken connection. */
export function failureOf(error: unknown): WriteFailure {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return 'unavailable';
  if (RACES.has(code)) return 'lost_race';
  return VALUES.has(code.slice(0, 2)) ? 'poison' : 'unavailable';
}
