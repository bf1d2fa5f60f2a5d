import type { ContactRef } from '../contacts/contact-facts.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import type { MessageLedger } from './ports.js';

interface FreeRow extends Record<string, unknown> {
  readonly id: string;
  readonly runs: readonly string[];
}

/** Those of the people of whom nobody holds the row, a running run or a letter on its way at the moment. */
export async function freePeople<P extends ContactRef>(
  sql: Sql,
  ledger: MessageLedger,
  people: readonly P[],
): Promise<readonly P[]> {
  const rows = await sql.query<FreeRow>(FREE, [
    arrayText(people, ({ environmentId }) => environmentId),
    arrayText(people, ({ contactId }) => contactId),
  ]);
  const free = new Map(rows.map(({ id, runs }) => [id, runs]));
  const runs = people.flatMap(({ environmentId, contactId }) =>
    (free.get(contactId) ?? []).map((enrollmentId) => ({ environmentId, enrollmentId })),
  );
  const held = await ledger.held(sql, runs);
  return people.filter(({ contactId }) => free.get(contactId)?.every((run) => !held.has(run)));
}

// It waits for nobody, so it need not keep the order of locks.
const FREE = `
WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS asked (environment_id, contact_id)),
people AS MATERIALIZED (
  SELECT k.environment_id, k.id FROM asked JOIN contacts k ON k.environment_id = asked.environment_id AND k.id = asked.contact_id
  FOR NO KEY UPDATE OF k SKIP LOCKED),
running AS MATERIALIZED (
  SELECT r.id FROM asked JOIN enrollments r ON r.environment_id = asked.environment_id AND r.contact_id = asked.contact_id
  WHERE r.state <> 'ended' FOR NO KEY UPDATE OF r SKIP LOCKED)
SELECT people.id, coalesce(array_agg(r.id) FILTER (WHERE r.id IS NOT NULL), '{}') AS runs
FROM people
LEFT JOIN enrollments r ON r.environment_id = people.environment_id AND r.contact_id = people.id AND r.state <> 'ended'
GROUP BY people.id
HAVING bool_and(r.id IS NULL OR r.id IN (SELECT id FROM running))`;
