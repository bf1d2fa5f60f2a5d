import { lockContacts } from '../contacts/contact-facts.js';
import type { EventFacts } from '../domain/run.js';
import type { MessageLedger } from '../enrollments/ports.js';
import { RUN_COLUMNS_BUT_EVENT, storedRun, type RunRow, type StoredRun } from '../enrollments/stored-run.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import type { Letter } from './letter.js';

/** A letter whose person, run and row this transaction holds, with the run as it is now. */
export interface LockedLetter {
  readonly letter: Letter;
  readonly run: StoredRun;
}

/**
 * Locks people, then runs, then messages, each sorted by (environment, id): the order of every writer. Letters that this
 * claim no longer holds (taken back, or taken over after the lease) are left out. `IS_HELD` when somebody holds any of it for longer
 * than `waitMs`.
 */
export async function lockLetters(
  tx: Sql,
  token: string,
  letters: readonly Letter[],
  waitMs: number,
): Promise<readonly LockedLetter[]> {
  const messages = letters.map(({ message }) => message);
  await lockContacts(tx, messages, { waitMs });
  const runs = await lockRuns(tx, letters);
  const held = await tx.query<{ id: string }>(LOCK_MESSAGES, [
    arrayText(messages, (m) => m.environmentId),
    arrayText(messages, (m) => m.id),
    token,
  ]);
  const ids = new Set(held.map((row) => row.id));
  return letters.flatMap((letter) => {
    const run = runs.get(letter.message.enrollmentId);
    return run && ids.has(letter.message.id) ? [{ letter, run }] : [];
  });
}

/** Those of the letters of which nobody holds the person, the run, the row or another letter of the run at the moment. */
export async function freeLetters(
  db: Sql,
  ledger: MessageLedger,
  letters: readonly Letter[],
): Promise<readonly Letter[]> {
  const rows = await db.query<{ id: string }>(FREE, [
    arrayText(letters, ({ message }) => message.environmentId),
    arrayText(letters, ({ message }) => message.id),
  ]);
  const free = new Set(rows.map(({ id }) => id));
  const held = await ledger.held(
    db,
    letters.map(({ message }) => message),
  );
  return letters.filter(({ message }) => free.has(message.id) && !held.has(message.enrollmentId));
}

/** A run's event, most of its row, is read again only where it is not the one that the letter was rendered for. */
async function lockRuns(tx: Sql, letters: readonly Letter[]): Promise<ReadonlyMap<string, StoredRun>> {
  const known = new Map(letters.map(({ message, renderedFor }) => [message.enrollmentId, { message, renderedFor }]));
  const asked = [...known.values()];
  const rows = await tx.query<Omit<RunRow, 'event'> & { readonly event: EventFacts | null }>(LOCK_RUNS, [
    arrayText(asked, ({ message }) => message.environmentId),
    arrayText(asked, ({ message }) => message.enrollmentId),
    arrayText(asked, ({ renderedFor }) => renderedFor.event.id),
    arrayText(asked, ({ renderedFor }) => renderedFor.event.at),
  ]);
  return new Map(
    rows.map((row) => [row.id, storedRun({ ...row, event: row.event ?? known.get(row.id)!.renderedFor.event })]),
  );
}

// It waits for nobody, so it need not keep the order of locks.
const FREE = `
SELECT m.id FROM unnest($1::uuid[], $2::uuid[]) AS asked (environment_id, id)
JOIN messages AS m ON m.environment_id = asked.environment_id AND m.id = asked.id
JOIN enrollments AS r ON r.environment_id = m.environment_id AND r.id = m.enrollment_id
JOIN contacts AS k ON k.environment_id = m.environment_id AND k.id = m.contact_id
FOR NO KEY UPDATE OF m, r, k SKIP LOCKED`;

// An event's id is stored once, so its data cannot differ. Rows are looked up and locked one after another in the order of ids:
// joined, every letter of a batch was compared with every other one that is claimed.
const LOCK_RUNS = `
SELECT held.*
FROM (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS q (environment_id, id, event_id, event_at)
  ORDER BY environment_id, id) AS asked
CROSS JOIN LATERAL (SELECT ${RUN_COLUMNS_BUT_EVENT},
    CASE WHEN r.event ->> 'id' = asked.event_id AND r.event ->> 'at' = asked.event_at THEN NULL ELSE r.event END AS event
  FROM enrollments AS r WHERE r.environment_id = asked.environment_id AND r.id = asked.id
  LIMIT 1 FOR NO KEY UPDATE) AS held`;

const LOCK_MESSAGES = `
SELECT held.id
FROM (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS q (environment_id, id) ORDER BY environment_id, id) AS asked
CROSS JOIN LATERAL (SELECT m.id FROM messages AS m
  WHERE m.environment_id = asked.environment_id AND m.id = asked.id
    AND m.state = 'claimed' AND m.claim_token = $3 AND m.lease_until > clock_timestamp()
  LIMIT 1 FOR NO KEY UPDATE) AS held`;
