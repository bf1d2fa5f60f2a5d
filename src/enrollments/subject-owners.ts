import type { ContactRef } from '../contacts/contact-facts.js';
import type { Sql } from '../platform/database/sql.js';
import { type EventContext, subjectsOf } from './event-context.js';
import type { InboxEvent } from './inbox.js';

/**
 * Contacts whose events cannot be applied under the locks held, because an exit with `subject` reaches a run of somebody
 * else: by contact, all who have to be locked together. Runs follow contacts in the order of locks, and contacts are
 * locked in one sorted statement, so locking the others now could deadlock; the next transaction locks all of them first.
 */
export async function othersOnSubjects(
  tx: Sql,
  context: EventContext,
  locked: readonly ContactRef[],
  events: readonly InboxEvent[],
): Promise<Map<string, ContactRef[]>> {
  const questions = events.flatMap((event) =>
    subjectsOf(context, event).map((subject) => ({
      ...subject,
      environmentId: event.environmentId,
      buyer: event.contactId,
    })),
  );
  const others = new Map<string, ContactRef[]>();
  if (questions.length === 0) return others;
  const mine = new Set(locked.map(({ contactId }) => contactId));
  const rows = await tx.query<{ buyer: string; environment_id: string; contact_id: string }>(OWNERS, [
    JSON.stringify(questions),
  ]);
  for (const { buyer, environment_id: environmentId, contact_id: contactId } of rows) {
    if (mine.has(contactId)) continue;
    const together = others.get(buyer) ?? [{ environmentId, contactId: buyer }];
    others.set(buyer, [...together, { environmentId, contactId }]);
  }
  return others;
}

const OWNERS = `
SELECT DISTINCT asked.buyer, r.environment_id, r.contact_id
FROM jsonb_to_recordset($1::jsonb) AS asked("environmentId" uuid, "scenarioKey" text, subject text, buyer uuid)
JOIN enrollments r ON r.environment_id = asked."environmentId" AND r.scenario_key = asked."scenarioKey" AND r.subject = asked.subject
WHERE r.state <> 'ended'`;
