import { environmentNow } from '../../platform/clock/lane.js';

/** Who has these identities; $1 environment, $2 identities. */
export const KNOWN = `
SELECT k.kind, k.key, k.contact_id FROM jsonb_to_recordset($2::jsonb) AS q(k text, v text)
CROSS JOIN LATERAL (SELECT n.kind, n.key, n.contact_id FROM contact_keys n
  WHERE n.environment_id = $1 AND n.kind = q.k AND n.key = q.v LIMIT 1) AS k`;

/** The contacts as they stand under their locks; $2 ids. */
export const STANDING = `
SELECT c.id, c.external_id, c.email_key, c.marketing_consent, c.consent_changed_at,
  greatest(CASE WHEN c.marketing_consent IS FALSE THEN c.consent_changed_at END,
    (SELECT max(s.occurred_at) FROM consents s WHERE s.environment_id = $1 AND s.contact_id = c.id AND s.purpose = 'marketing'
      AND NOT s.granted)) AS taken_back_at
FROM contacts c
WHERE c.environment_id = $1 AND c.id = ANY ($2::uuid[]) AND c.merged_into IS NULL AND c.erased_at IS NULL`;

const WRITES = `jsonb_to_recordset($2::jsonb) AS v(id uuid, p jsonb, a jsonb, granted boolean, at timestamptz, confirmed timestamptz,
  unconfirms boolean)`;

/** New people; $2 writes, $3 lane time. */
export const INSERT = `
INSERT INTO contacts (environment_id, id, external_id, email, email_key, first_name, last_name, phone, locale, timezone, tags,
  attributes, marketing_consent, consent_changed_at, unsubscribed_at, confirmed_at, created_at, updated_at)
SELECT $1, v.id, n.external_id, n.email, n.email_key, n.first_name, n.last_name, n.phone, n.locale, n.timezone,
  coalesce(n.tags, '{}'), v.a, v.granted, v.at, CASE WHEN NOT v.granted THEN v.at END, v.confirmed, $3, $3
FROM ${WRITES}, LATERAL jsonb_populate_record(NULL::contacts, v.p) AS n`;

/** Known people: what the row names, and nothing else. */
export const UPDATE = `
UPDATE contacts k SET external_id = n.external_id, email = n.email, email_key = n.email_key, first_name = n.first_name,
  last_name = n.last_name, phone = n.phone, locale = n.locale, timezone = n.timezone, tags = n.tags,
  attributes = k.attributes || v.a, marketing_consent = coalesce(v.granted, k.marketing_consent),
  consent_changed_at = coalesce(v.at, k.consent_changed_at),
  unsubscribed_at = CASE WHEN v.granted IS NULL THEN k.unsubscribed_at WHEN NOT v.granted THEN v.at END,
  confirmed_at = CASE WHEN v.unconfirms THEN v.confirmed ELSE coalesce(v.confirmed, k.confirmed_at) END,
  updated_at = ${environmentNow('$1')}
FROM ${WRITES}
JOIN contacts old ON old.environment_id = $1 AND old.id = v.id, LATERAL jsonb_populate_record(old, v.p) AS n
WHERE k.environment_id = $1 AND k.id = v.id
  AND (n IS DISTINCT FROM old OR NOT old.attributes @> v.a OR v.granted IS NOT NULL)`;

/** Identities that are new; one that somebody else takes at this moment is a 23505, and the batch is decided anew. */
export const KEYS = `
INSERT INTO contact_keys (environment_id, kind, key, contact_id)
SELECT $1, q.k, q.v, q.c FROM jsonb_to_recordset($2::jsonb) AS q(k text, v text, c uuid) ORDER BY q.k, q.v`;

export const EVIDENCE = `
INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at, evidence)
SELECT $1, q.id, q.c, 'marketing', q.granted, q.source, q.at, q.evidence
FROM jsonb_to_recordset($2::jsonb) AS q(id uuid, c uuid, granted boolean, source text, at timestamptz, evidence jsonb)`;
