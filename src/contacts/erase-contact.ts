import { domainToUnicode } from 'node:url';
import { ADDRESS_SIGN, parseEmail } from '../domain/email-address.js';
import { type BlindKeys, blindKeySql } from '../platform/blind-keys.js';
import type { Sql } from '../platform/database/sql.js';
import type { ContactRef } from './contact-facts.js';

/**
 * Takes everything personal out of what is kept of a contact: $1 environment, $2 contact. Rows stay where figures count them.
 * Evidence of consent stays, as it proves what was sent lawfully. Tables of other modules are scrubbed here, because an
 * erasure is one transaction and one list.
 */
const SCRUBS: readonly string[] = [
  `DELETE FROM contact_keys WHERE environment_id = $1 AND contact_id = $2`,
  `UPDATE storefront_events SET data = '{}' WHERE environment_id = $1 AND contact_id = $2`,
  `UPDATE conversions SET data = '{}' WHERE environment_id = $1 AND contact_id = $2`,
  // A subject is whatever the scenario takes for it: an address as well as a cart. Of an ended run nobody asks for it.
  `UPDATE enrollments SET subject = '', received = NULL, event = event || '{"data":{}}'
     || CASE WHEN event->>'id' ~ '${ADDRESS_SIGN}' THEN '{"id":""}' ELSE '{}' END::jsonb
   WHERE environment_id = $1 AND contact_id = $2`,
  `DELETE FROM message_bodies b USING messages m
   WHERE m.environment_id = $1 AND m.contact_id = $2 AND b.environment_id = m.environment_id AND b.message_id = m.id`,
  `UPDATE engagements e SET user_agent = NULL, url = NULL FROM messages m
   WHERE m.environment_id = $1 AND m.contact_id = $2 AND e.environment_id = m.environment_id AND e.message_id = m.id`,
  // What providers say of a refusal often names the address.
  `UPDATE send_attempts a SET detail = NULL FROM messages m
   WHERE m.environment_id = $1 AND m.contact_id = $2 AND a.environment_id = m.environment_id AND a.message_id = m.id`,
  `UPDATE provider_events p SET detail = NULL FROM messages m
   WHERE m.environment_id = $1 AND m.contact_id = $2 AND p.environment_id = m.environment_id AND p.message_id = m.id`,
  `UPDATE messages SET to_address = NULL, subject = NULL WHERE environment_id = $1 AND contact_id = $2`,
  `UPDATE consents SET evidence = '{}' WHERE environment_id = $1 AND contact_id = $2`,
];

/** Erases a contact whose lock the caller holds, and whose runs have ended. `at` is lane time. */
export async function eraseContact(
  tx: Sql,
  { environmentId, contactId }: ContactRef,
  at: Date,
  blind: BlindKeys,
): Promise<void> {
  await hideAddresses(tx, { environmentId, contactId }, blind);
  await tx.query(HIDE_IDS, [environmentId, contactId, ...blind.pads]);
  for (const statement of SCRUBS) await tx.query(statement, [environmentId, contactId]);
  await tx.query(
    `UPDATE contacts SET external_id = NULL, email = NULL, email_key = NULL, first_name = NULL, last_name = NULL, phone = NULL,
       locale = NULL, timezone = NULL, tags = '{}', attributes = '{}', marketing_consent = NULL, confirmed_at = NULL,
       declined = NULL, paused_until = NULL,
       erased_at = $3, updated_at = $3
     WHERE environment_id = $1 AND id = $2`,
    [environmentId, contactId, at],
  );
}

/**
 * A blocked address becomes a blind key, which keeps the promise never to write there again and names nobody: the address that the
 * person has, and those that letters went to before. Test letters to them are nobody's by their rows.
 */
async function hideAddresses(tx: Sql, { environmentId, contactId }: ContactRef, blind: BlindKeys): Promise<void> {
  const known = await tx.query<{ email: string }>(ADDRESSES, [environmentId, contactId]);
  const keys = known.flatMap(({ email }) => {
    const address = parseEmail(email);
    return address.ok ? [address.key] : [];
  });
  const blinds = keys.map((key) => blind.of(key));
  await tx.query(FORGET_BOUNCES, [environmentId, keys]);
  await tx.query(HIDE, [environmentId, keys, blinds]);
  await tx.query(FORGET_TESTS, [environmentId, keys.flatMap(spellings)]);
}

/** How an address may be written, apart from capitals: its domain in ASCII or in its own letters. */
function spellings(key: string): readonly string[] {
  const [local = '', domain = ''] = key.split('@');
  return [key, `${local}@${domainToUnicode(domain)}`];
}

const ADDRESSES = `
SELECT email FROM contacts WHERE environment_id = $1 AND id = $2 AND email IS NOT NULL
UNION SELECT to_address FROM messages WHERE environment_id = $1 AND contact_id = $2 AND to_address IS NOT NULL`;

/**
 * Ids that shops made of an address. Behind a blind key an event that is sent again is still known (`ingest/event-store.ts`), and an
 * order is still one; shown is our own id. Orders have blind keys from the start (`stats/stored-conversions.ts`). One that was credited
 * before they had, and once more after an erasure, cannot take the key: two events never have the credit of one.
 */
const BLIND_ORDER_KEY = blindKeySql('c.order_key', '$3', '$4');
const HIDE_IDS = `
WITH ids AS (
  UPDATE event_keys k SET key = ${blindKeySql('k.key', '$3', '$4')} FROM storefront_events e
  WHERE e.environment_id = $1 AND e.contact_id = $2 AND e.key ~ '${ADDRESS_SIGN}'
    AND k.environment_id = e.environment_id AND k.key = e.key AND k.event_id = e.id),
orders AS (
  UPDATE conversions c SET order_key = CASE WHEN c.message_id IS NULL OR NOT EXISTS (SELECT FROM conversions o
      WHERE o.environment_id = c.environment_id AND o.order_key = ${BLIND_ORDER_KEY} AND o.message_id IS NOT NULL)
    THEN ${BLIND_ORDER_KEY} ELSE 'event:' || c.event_id END
  WHERE c.environment_id = $1 AND c.contact_id = $2 AND c.order_key ~ '${ADDRESS_SIGN}')
UPDATE storefront_events SET key = id::text
WHERE environment_id = $1 AND contact_id = $2 AND key ~ '${ADDRESS_SIGN}'`;

const FORGET_BOUNCES = 'DELETE FROM soft_bounces WHERE environment_id = $1 AND email_key = ANY ($2::text[])';

const FORGET_TESTS = `
WITH tests AS (
  UPDATE messages SET to_address = NULL, subject = NULL
  WHERE environment_id = $1 AND contact_id IS NULL AND lower(to_address) = ANY ($2::text[]) RETURNING id),
attempts AS (
  UPDATE send_attempts SET detail = NULL WHERE environment_id = $1 AND message_id IN (SELECT id FROM tests)),
reports AS (
  UPDATE provider_events SET detail = NULL WHERE environment_id = $1 AND message_id IN (SELECT id FROM tests))
DELETE FROM message_bodies WHERE environment_id = $1 AND message_id IN (SELECT id FROM tests)`;

// Who was erased before under the same address has a row already.
const HIDE = `
WITH gone AS (
  DELETE FROM suppressions s USING unnest($2::text[], $3::text[]) AS address (key, blind)
  WHERE s.environment_id = $1 AND s.email_key = address.key RETURNING address.blind, s.reason, s.created_at)
INSERT INTO suppressions (environment_id, email_key, email, reason, created_at)
SELECT $1, blind, NULL, reason, created_at FROM gone ON CONFLICT (environment_id, email_key) DO NOTHING`;
