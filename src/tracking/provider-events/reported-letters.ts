import { lockContacts } from '../../contacts/contact-facts.js';
import { parseEmail } from '../../domain/email-address.js';
import type { Sql } from '../../platform/database/sql.js';
import type { ProviderEvent } from './provider-event.js';

/** A letter that reports are about, with its person as things are now. */
export interface ReportedLetter {
  readonly id: string;
  readonly enrollmentId: string | null;
  /** Of the contact that stayed, after a merge; null for a test letter. */
  readonly contactId: string | null;
  /** Where it went; null before the first attempt and after an erasure. */
  readonly address: string | null;
  /** The person's address of today, as a key. */
  readonly emailKey: string | null;
  readonly state: string;
}

/** A report that names an address only says which letter at most this long after it went out. */
const ADDRESS_WINDOW = '7 days';

/** These letters of the environment, by id; unknown ones are absent. */
export async function readLetters(
  tx: Sql,
  environmentId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReportedLetter>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<ReportedLetter>(LETTERS, [environmentId, ids]);
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * The same letters with their people (and `people` beside them) locked, then their people's runs, in the order of every writer. A merge may come in
 * between: then the contact that stayed is locked as well.
 */
export async function lockLetters(
  tx: Sql,
  environmentId: string,
  ids: readonly string[],
  people: readonly string[],
): Promise<ReadonlyMap<string, ReportedLetter>> {
  let letters = await readLetters(tx, environmentId, ids);
  const locked = new Set<string>();
  for (let missing = [...new Set([...contactsOf(letters), ...people])]; missing.length > 0;) {
    await lockContacts(
      tx,
      missing.map((contactId) => ({ environmentId, contactId })),
    );
    for (const contactId of missing) locked.add(contactId);
    letters = await readLetters(tx, environmentId, ids);
    missing = contactsOf(letters).filter((contactId) => !locked.has(contactId));
  }
  await tx.query(LOCK_RUNS, [environmentId, [...locked], ids]);
  return letters;
}

/** Whom reports without a letter are about: the person of the address and the letter that went there last. */
export async function peopleOf(
  tx: Sql,
  environmentId: string,
  events: readonly (ProviderEvent & { readonly at: Date })[],
): Promise<ReadonlyMap<string, { readonly contactId: string; readonly messageId: string | null }>> {
  if (events.length === 0) return new Map();
  const rows = await tx.query<AddressedLetter>(PEOPLE, [
    environmentId,
    events.map(({ key }) => key),
    events.map(({ address }) => address),
    events.map(({ at }) => at),
  ]);
  const people = new Map<string, { readonly contactId: string; readonly messageId: string | null }>();
  for (const { key, asked, contactId, messageId, address } of rows) {
    const isTheirs = messageId !== null && keyOfAddress(address) === asked;
    if (people.get(key)?.messageId == null) people.set(key, { contactId, messageId: isTheirs ? messageId : null });
  }
  return people;
}

/** An address that a letter went to (as it is shown, a domain in its own letters), as the key under which a person is found. */
export function keyOfAddress(address: string | null): string | null {
  const parsed = address === null ? null : parseEmail(address);
  return parsed?.ok ? parsed.key : null;
}

/** The person of a reported address, with the last letter to one of the addresses that they had lately. */
interface AddressedLetter {
  readonly key: string;
  readonly asked: string;
  readonly contactId: string;
  readonly messageId: string | null;
  readonly address: string | null;
}

function contactsOf(letters: ReadonlyMap<string, ReportedLetter>): readonly string[] {
  return [...new Set([...letters.values()].flatMap(({ contactId }) => contactId ?? []))];
}

const LETTERS = `
SELECT m.id, m.enrollment_id AS "enrollmentId", stays.id AS "contactId", m.to_address AS address, stays.email_key AS "emailKey", m.state
FROM messages m
LEFT JOIN contacts k ON k.environment_id = m.environment_id AND k.id = m.contact_id
LEFT JOIN contacts stays ON stays.environment_id = k.environment_id AND stays.id = coalesce(k.merged_into, k.id)
WHERE m.environment_id = $1 AND m.id = ANY ($2::uuid[])`;

const LOCK_RUNS = `
SELECT r.id FROM enrollments r
WHERE (r.environment_id, r.id) IN (
  SELECT x.environment_id, x.id FROM enrollments x
  WHERE x.environment_id = $1 AND x.contact_id = ANY ($2::uuid[]) AND x.state <> 'ended'
  UNION SELECT m.environment_id, m.enrollment_id FROM messages m WHERE m.environment_id = $1 AND m.id = ANY ($3::uuid[]))
ORDER BY r.environment_id, r.id FOR NO KEY UPDATE OF r`;

/** The latest letter first. */
const PEOPLE = `
SELECT asked.key, asked.address AS asked, k.contact_id AS "contactId", letter.id AS "messageId", letter.to_address AS address
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS asked (key, address, at)
JOIN contact_keys k ON k.environment_id = $1 AND k.kind = 'email' AND k.key = asked.address
LEFT JOIN LATERAL (
  SELECT DISTINCT ON (m.to_address) m.id, m.to_address, m.sent_at FROM messages m
  WHERE m.environment_id = $1 AND m.contact_id = k.contact_id AND m.state = 'accepted'
    AND m.sent_at <= asked.at AND m.sent_at > asked.at - interval '${ADDRESS_WINDOW}'
  ORDER BY m.to_address, m.sent_at DESC) AS letter ON true
ORDER BY letter.sent_at DESC`;
