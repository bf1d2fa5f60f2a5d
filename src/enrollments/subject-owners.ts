import type { ContactRef } from '../contacts/contact-facts.js';
import type { Sql } from '../platform/database/sql.js';
import { type EventContext, subjectsOf } from './event-context.js';
import type { InboxEvent } from './inbox.js';

/**
 * Contacts whose events cannot be applied under the locks held, because an exit with `subject` reaches a run of somebody
 * else: the buyer, and everybody who has a run of that subject, each of them once. Runs follow contacts in the order of locks, and
 * contacts are locked in one sorted statement, so locking the others now could deadlock; the next transaction locks all of them
 * first. Events of an owner whose lock is held wait with the buyer's, or a later one of theirs would be applied before the exit.
 */
export async function othersOnSubjects(
  tx: Sql,
  context: EventContext,
  locked: readonly ContactRef[],
  events: readonly InboxEvent[],
): Promise<ReadonlyMap<string, ContactRef>> {
  const questions = events.flatMap((event) =>
    subjectsOf(context, event).map((subject) => ({
      ...subject,
      environmentId: event.environmentId,
      buyer: event.contactId,
    })),
  );
  const together = new Map<string, ContactRef>();
  if (questions.length === 0) return together;
  const mine = new Set(locked.map(({ contactId }) => contactId));
  const owners = await tx.query<{ buyer: string; environment_id: string; contact_id: string }>(OWNERS, [
    JSON.stringify(questions),
  ]);
  const reaching = new Set(owners.filter((row) => !mine.has(row.contact_id)).map(({ buyer }) => buyer));
  for (const { buyer, environment_id: environmentId, contact_id: owner } of owners)
    if (reaching.has(buyer))
      for (const contactId of [buyer, owner]) together.set(contactId, { environmentId, contactId });
  return together;
}

const OWNERS = `
SELECT DISTINCT asked.buyer, r.environment_id, r.contact_id
FROM jsonb_to_recordset($1::jsonb) AS asked("environmentId" uuid, "scenarioKey" text, subject text, buyer uuid)
JOIN enrollments r ON r.environment_id = asked."environmentId" AND r.scenario_key = asked."scenarioKey" AND r.subject = asked.subject
WHERE r.state <> 'ended'`;
