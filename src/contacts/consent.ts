import { environmentNow } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import type { Sql } from '../platform/database/sql.js';
import type { ContactRef } from './contact-facts.js';

/** A statement of a person about marketing mail. `at` is lane time; `source` says how they said it, for the evidence. */
export interface ConsentStatement extends ContactRef {
  readonly source: string;
  readonly at: Date;
  readonly evidence?: Readonly<Record<string, unknown>>;
}

/**
 * Records that a person takes marketing consent back, as somebody else tells of it (a store's call, a provider's report):
 * evidence, and the contact's state unless newer evidence says otherwise. Where a store asks for confirmation, a later consent
 * has to be confirmed anew, also one that was told before: anybody could have given it. Runs are the caller's to end. The contact's row stays locked until
 * the commit.
 */
export async function withdrawConsent(tx: Sql, statement: ConsentStatement): Promise<void> {
  await tx.query(
    `UPDATE contacts SET confirmed_at = NULL, updated_at = ${environmentNow('$1')},
       marketing_consent = CASE WHEN ${IS_NEWEST} THEN false ELSE marketing_consent END,
       consent_changed_at = CASE WHEN ${IS_NEWEST} THEN $3 ELSE consent_changed_at END,
       unsubscribed_at = CASE WHEN ${IS_NEWEST} THEN $3 ELSE unsubscribed_at END
     WHERE environment_id = $1 AND id = $2 AND (${IS_NEWEST} OR confirmed_at <= $3)`,
    [statement.environmentId, statement.contactId, statement.at],
  );
  await keepEvidence(tx, statement, 'marketing', false);
}

/**
 * Records that a person takes marketing consent back on a page of ours or by a mail program's one-click POST. It counts
 * whatever was said before, also by a shop whose clock is fast (its consent is dated ahead): it is said now, under the contact's
 * lock, which the caller holds. What `withdrawConsent` says of confirmation and runs is true here too.
 */
export async function withdrawConsentNow(tx: Sql, statement: ConsentStatement): Promise<void> {
  await tx.query(
    `UPDATE contacts SET marketing_consent = false, confirmed_at = NULL, consent_changed_at = greatest(consent_changed_at, $3),
       unsubscribed_at = $3, updated_at = ${environmentNow('$1')}
     WHERE environment_id = $1 AND id = $2`,
    [statement.environmentId, statement.contactId, statement.at],
  );
  await keepEvidence(tx, statement, 'marketing', false);
}

/** Whether nothing newer was said than what $3 is the instant of. */
const IS_NEWEST = 'coalesce(consent_changed_at <= $3, true)';

/** Records that a person gives marketing consent; after a withdrawal only a later statement gives it again. */
export async function giveConsent(tx: Sql, statement: ConsentStatement): Promise<void> {
  await tx.query(
    `UPDATE contacts SET marketing_consent = true, consent_changed_at = $3, unsubscribed_at = NULL, updated_at = ${environmentNow('$1')}
     WHERE environment_id = $1 AND id = $2 AND coalesce(consent_changed_at < $3, true)`,
    [statement.environmentId, statement.contactId, statement.at],
  );
  await keepEvidence(tx, statement, 'marketing', true);
}

/**
 * Records consent that came through a letter to the person's own mailbox: given and confirmed in one. It counts whatever
 * was said before, also at the same instant (a sandbox's clock stands): it is said now, under the contact's lock.
 */
export async function confirmConsent(tx: Sql, statement: ConsentStatement): Promise<void> {
  await consentNow(tx, statement, statement.at);
}

/** The same of consent that came through a letter to another mailbox than the person has now: it is given, and confirms nothing. */
export async function giveConsentNow(tx: Sql, statement: ConsentStatement): Promise<void> {
  await consentNow(tx, statement, null);
}

async function consentNow(tx: Sql, statement: ConsentStatement, confirmedAt: Date | null): Promise<void> {
  await tx.query(
    `UPDATE contacts SET marketing_consent = true, confirmed_at = coalesce($4, confirmed_at),
       consent_changed_at = greatest(consent_changed_at, $3), unsubscribed_at = NULL, updated_at = ${environmentNow('$1')}
     WHERE environment_id = $1 AND id = $2`,
    [statement.environmentId, statement.contactId, statement.at, confirmedAt],
  );
  await keepEvidence(tx, statement, 'marketing', true);
}

/** Evidence alone, append only. `purpose`: `marketing`, a topic (`class:care`, `group:carts`) or `pause`. */
export async function keepEvidence(
  tx: Sql,
  statement: ConsentStatement,
  purpose: string,
  granted: boolean,
): Promise<void> {
  const { environmentId, contactId, source, at, evidence = {} } = statement;
  await tx.query(
    `INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at, evidence)
     VALUES ($1, $2, $3, $8, $4, $5, $6, $7::jsonb)`,
    [environmentId, newId(), contactId, granted, source, at, JSON.stringify(evidence), purpose],
  );
}
