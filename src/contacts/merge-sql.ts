import { environmentNow } from '../platform/clock/lane.js';

/**
 * What follows a contact that is merged away: $1 environment, $2 the contact that goes, $3 the one that stays. Its runs have
 * moved before (RunMerger). Rows of other modules are moved here, because a person is one thing and moves in one transaction.
 */
export const MOVE_ROWS: readonly string[] = [
  'contact_keys',
  'storefront_events',
  'consents',
  'messages',
  'conversions',
].map((table) => `UPDATE ${table} SET contact_id = $3 WHERE environment_id = $1 AND contact_id = $2`);

/**
 * The orders of one may have been brought by letters of the other: what the contact that stays ($2, after the moves) did after a
 * letter that it acted on waits for attribution once more. Its conversions lead, so that people who bought nothing cost one look
 * into an index.
 */
export const CREDIT_ANEW = `
UPDATE conversions c SET state = 'pending'
WHERE c.environment_id = $1 AND c.contact_id = $2
  AND EXISTS (SELECT FROM messages m WHERE m.environment_id = c.environment_id AND m.contact_id = c.contact_id
    AND m.sent_at <= c.occurred_at AND (m.opens > 0 OR m.clicks > 0) OFFSET 0)`;

/**
 * One person out of two rows: $4 is the one whose fields count, the other fills its gaps; of consent the newer evidence
 * counts, at the same instant a withdrawal. A confirmation does not outlive a withdrawal: it stands only if consent does and it
 * came after the last one. The row that goes keeps nothing but where it went, so that its id still finds the person.
 */
export const MERGE_PERSON = `
WITH main AS (SELECT * FROM contacts WHERE environment_id = $1 AND id = $4),
other AS (SELECT * FROM contacts WHERE environment_id = $1 AND id IN ($2, $3) AND id <> $4),
gone AS (
  UPDATE contacts SET external_id = NULL, email = NULL, email_key = NULL, first_name = NULL, last_name = NULL, phone = NULL,
    locale = NULL, timezone = NULL, tags = '{}', attributes = '{}', declined = NULL, paused_until = NULL,
    merged_into = $3, updated_at = ${environmentNow('$1')}
  WHERE environment_id = $1 AND (id = $2 OR merged_into = $2)
)
UPDATE contacts stays SET
  external_id = main.external_id,
  email = coalesce(main.email, other.email),
  email_key = coalesce(main.email_key, other.email_key),
  first_name = coalesce(main.first_name, other.first_name),
  last_name = coalesce(main.last_name, other.last_name),
  phone = coalesce(main.phone, other.phone),
  locale = coalesce(main.locale, other.locale),
  timezone = coalesce(main.timezone, other.timezone),
  tags = ARRAY(SELECT DISTINCT tag FROM unnest(main.tags || other.tags) AS tag ORDER BY tag),
  attributes = other.attributes || main.attributes,
  marketing_consent = CASE WHEN newer.main THEN main.marketing_consent ELSE other.marketing_consent END,
  consent_changed_at = CASE WHEN newer.main THEN main.consent_changed_at ELSE other.consent_changed_at END,
  unsubscribed_at = CASE WHEN newer.main THEN main.unsubscribed_at ELSE other.unsubscribed_at END,
  confirmed_at = CASE WHEN CASE WHEN newer.main THEN main.marketing_consent ELSE other.marketing_consent END IS NOT FALSE
    AND coalesce(confirmed.at > withdrawn.at, true) THEN confirmed.at END,
  declined = (SELECT array_agg(DISTINCT topic ORDER BY topic) FROM unnest(main.declined || other.declined) AS topic),
  paused_until = greatest(main.paused_until, other.paused_until),
  updated_at = ${environmentNow('$1')}
FROM main, other, LATERAL (SELECT other.consent_changed_at IS NULL
  OR coalesce(main.consent_changed_at > other.consent_changed_at
    OR (main.consent_changed_at = other.consent_changed_at AND other.marketing_consent IS NOT FALSE), false) AS main) newer,
  LATERAL (SELECT CASE WHEN main.email_key IS NULL THEN other.confirmed_at ELSE main.confirmed_at END AS at) confirmed,
  LATERAL (SELECT greatest(main.unsubscribed_at, other.unsubscribed_at, (SELECT max(s.occurred_at) FROM consents s
    WHERE s.environment_id = $1 AND s.contact_id IN ($2, $3) AND s.purpose = 'marketing' AND NOT s.granted)) AS at) withdrawn
WHERE stays.environment_id = $1 AND stays.id = $3`;
