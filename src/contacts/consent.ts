import { newId } from '../platform/ids.js';
import type { Sql } from '../platform/database/sql.js';
import type { ContactRef } from './contact-facts.js';

/**
 * Records that a person takes marketing consent back (an unsubscribe link, a one-click POST): evidence, and the contact's
 * state unless newer evidence says otherwise. Runs are the caller's to end. The contact's row stays locked until the commit.
 * @param withdrawal `at` is lane time; `source` says how, for the evidence.
 */
export async function withdrawConsent(
  tx: Sql,
  withdrawal: ContactRef & {
    readonly source: string;
    readonly at: Date;
    readonly evidence?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { environmentId, contactId, source, at, evidence = {} } = withdrawal;
  await tx.query(
    `UPDATE contacts SET marketing_consent = false, consent_changed_at = $3, unsubscribed_at = $3, updated_at = clock_timestamp()
     WHERE environment_id = $1 AND id = $2 AND coalesce(consent_changed_at <= $3, true)`,
    [environmentId, contactId, at],
    'consent_withdraw',
  );
  await tx.query(
    `INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at, evidence)
     VALUES ($1, $2, $3, 'marketing', false, $4, $5, $6::jsonb)`,
    [environmentId, newId(), contactId, source, at, JSON.stringify(evidence)],
    'consent_evidence',
  );
}
