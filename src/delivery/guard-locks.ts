import { lockContacts } from '../contacts/contact-facts.js';
import type { RunState } from '../domain/run.js';
import { RUN_COLUMNS, storedRun, type RunRow } from '../enrollments/stored-run.js';
import type { Sql } from '../platform/database/sql.js';
import type { Letter } from './letter.js';

/** A letter whose person, run and row this transaction holds, with the run as it is now. */
export interface LockedLetter {
  readonly letter: Letter;
  readonly run: RunState;
}

/**
 * Locks people, then runs, then messages, each sorted by (environment, id): the order of every writer. Letters that this
 * claim no longer holds (taken back, or taken over after the lease) are left out.
 */
export async function lockLetters(
  tx: Sql,
  token: string,
  letters: readonly Letter[],
): Promise<readonly LockedLetter[]> {
  const messages = letters.map(({ message }) => message);
  await lockContacts(tx, messages);
  const environments = messages.map((m) => m.environmentId);
  const runs = await tx.query<RunRow>(LOCK_RUNS, [environments, messages.map((m) => m.enrollmentId)]);
  const held = await tx.query<{ id: string }>(LOCK_MESSAGES, [environments, messages.map((m) => m.id), token]);
  const ids = new Set(held.map((row) => row.id));
  const states = new Map(runs.map((row) => [row.id, storedRun(row).state]));
  return letters.flatMap((letter) => {
    const run = states.get(letter.message.enrollmentId);
    return run && ids.has(letter.message.id) ? [{ letter, run }] : [];
  });
}

const LOCK_RUNS = `
SELECT ${RUN_COLUMNS} FROM enrollments AS r
WHERE (r.environment_id, r.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
ORDER BY r.environment_id, r.id FOR NO KEY UPDATE OF r`;

const LOCK_MESSAGES = `
SELECT m.id FROM messages AS m
WHERE (m.environment_id, m.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
  AND m.state = 'claimed' AND m.claim_token = $3 AND m.lease_until > clock_timestamp()
ORDER BY m.environment_id, m.id FOR NO KEY UPDATE OF m`;
