import { lockContacts } from '../contacts/contact-facts.js';
import { parseEmail } from '../domain/email-address.js';
import type { Sql } from '../platform/database/sql.js';

/** The letter whose link was followed. */
export interface LetterRef {
  readonly environmentId: string;
  readonly messageId: string;
}

/** Who asks: for the evidence of what they say. */
export interface Visitor {
  readonly userAgent: string | null;
  readonly ip: string | null;
}

/** A letter with the person who has it now (after a merge the one that stayed); null where the person is gone. */
export interface LetterRow {
  readonly environment_id: string;
  readonly store_id: string;
  readonly to_address: string | null;
  readonly contact_id: string | null;
  readonly email_key: string | null;
  readonly contact_locale: string | null;
  readonly contact_timezone: string | null;
  readonly marketing_consent: boolean | null;
  readonly confirmed_at: Date | null;
  readonly declined: string[] | null;
  readonly paused_until: Date | null;
  readonly erased: boolean;
  /** Of the letter's environment. */
  readonly now: Date;
  /** Of the database. */
  readonly received_at: Date;
  readonly [column: string]: unknown;
}

/** The letter and its person; null when the letter is gone. */
export async function letterOf(tx: Sql, { environmentId, messageId }: LetterRef): Promise<LetterRow | null> {
  const [row] = await tx.query<LetterRow>(LETTER, [environmentId, messageId]);
  return row ?? null;
}

/** Under the lock of its contact. A merge may come in between: then the contact that stayed is locked as well. */
export async function lockedLetterOf(tx: Sql, ref: LetterRef): Promise<LetterRow | null> {
  let letter = await letterOf(tx, ref);
  for (let locked: string | null = null; letter?.contact_id && letter.contact_id !== locked;) {
    locked = letter.contact_id;
    await lockContacts(tx, [{ environmentId: ref.environmentId, contactId: locked }]);
    letter = await letterOf(tx, ref);
  }
  return letter;
}

/** Whether the letter went to the mailbox that the person has now: a letter proves the mailbox that it went to, and no other. */
export function isToTheirMailbox({ to_address: to, email_key: key }: LetterRow): boolean {
  const sentTo = to === null ? null : parseEmail(to);
  return sentTo?.ok === true && sentTo.key === key;
}

const LETTER = `
SELECT m.environment_id, m.store_id, m.to_address, stays.id AS contact_id, stays.email_key, stays.locale AS contact_locale,
  stays.timezone AS contact_timezone, stays.marketing_consent, stays.confirmed_at, stays.declined, stays.paused_until,
  stays.erased_at IS NOT NULL AS erased, coalesce(e.virtual_now, clock_timestamp()) AS now, clock_timestamp() AS received_at
FROM messages m
JOIN environments e ON e.id = m.environment_id
LEFT JOIN contacts k ON k.environment_id = m.environment_id AND k.id = m.contact_id
LEFT JOIN contacts stays ON stays.environment_id = k.environment_id AND stays.id = coalesce(k.merged_into, k.id)
WHERE m.environment_id = $1 AND m.id = $2`;
