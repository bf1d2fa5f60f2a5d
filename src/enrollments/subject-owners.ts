import type { ContactRef } from '../contacts/contact-facts.js';
import type { Sql } from '../platform/database/sql.js';
import { type EventContext, subjectsOf } from './event-context.js';
import type { InboxEvent } from './inbox.js';

/** Contacts who have to be locked in one transaction before the events that reach from one to another can be applied. */
export type Together = readonly ContactRef[];

/**
 * Whose events cannot be applied under the locks held, because an exit with `subject` reaches a run of somebody else: each buyer
 * with everybody who has a run of that subject. Runs follow contacts in the order of locks, and contacts are locked in one sorted
 * statement, so locking the others now could deadlock; the next transaction locks all of them first. Events of an owner whose lock is
 * held wait with the buyer's, or a later one of theirs would be applied before the exit.
 */
export async function othersOnSubjects(
  tx: Sql,
  context: EventContext,
  locked: readonly ContactRef[],
  events: readonly InboxEvent[],
): Promise<readonly Together[]> {
  const questions = events.flatMap((event) =>
    subjectsOf(context, event).map((subject) => ({
      ...subject,
      environmentId: event.environmentId,
      buyer: event.contactId,
    })),
  );
  if (questions.length === 0) return [];
  const mine = new Set(locked.map(({ contactId }) => contactId));
  const rows = await tx.query<{ buyer: string; environment_id: string; owners: readonly string[] }>(OWNERS, [
    JSON.stringify(questions),
  ]);
  return rows
    .filter(({ owners }) => owners.some((owner) => !mine.has(owner)))
    .map(({ buyer, environment_id: environmentId, owners }) =>
      [...new Set([buyer, ...owners])].map((contactId) => ({ environmentId, contactId })),
    );
}

const OWNERS = `
SELECT asked.buyer, r.environment_id, array_agg(DISTINCT r.contact_id) AS owners
FROM jsonb_to_recordset($1::jsonb) AS asked("environmentId" uuid, "scenarioKey" text, subject text, buyer uuid)
JOIN enrollments r ON r.environment_id = asked."environmentId" AND r.scenario_key = asked."scenarioKey" AND r.subject = asked.subject
WHERE r.state <> 'ended'
GROUP BY asked.buyer, r.environment_id`;
