/**
 * What is known of a group before it is written: identities, client ids, clocks. $1 keys, $2 client ids, $3 environments.
 * LATERAL … LIMIT 1 keeps each look-up on its primary key whatever the planner believes about the length of the lists.
 */
export const KNOWN = `
SELECT 'person' AS what, q.e AS environment_id, q.k AS kind, q.v AS key, person.id, person.external_id, person.email_key,
  NULL::text AS body_hash, NULL::timestamptz AS now
FROM jsonb_to_recordset($1::jsonb) AS q(e uuid, k text, v text)
CROSS JOIN LATERAL (SELECT k.contact_id FROM contact_keys k
  WHERE k.environment_id = q.e AND k.kind = q.k AND k.key = q.v LIMIT 1) named
CROSS JOIN LATERAL (SELECT c.id, c.external_id, c.email_key FROM contacts c
  WHERE c.environment_id = q.e AND c.id = named.contact_id LIMIT 1) person
UNION ALL
SELECT 'event', q.e, NULL, q.v, NULL, NULL, NULL, stored.body_hash, NULL
FROM jsonb_to_recordset($2::jsonb) AS q(e uuid, v text)
CROSS JOIN LATERAL (SELECT encode(k.body_hash, 'base64') AS body_hash FROM event_keys k
  WHERE k.environment_id = q.e AND k.key = q.v LIMIT 1) stored
UNION ALL
SELECT 'clock', e.id, NULL, NULL, NULL, NULL, NULL, NULL, coalesce(e.virtual_now, clock_timestamp())
FROM environments e WHERE e.id = ANY ($3::uuid[])`;

/**
 * Writes a group in one statement. $1 contacts (one row each), $2 their new keys, $3 events in the order of arrival,
 * $4 evidence of consent. It locks the known contacts in the order of ids until its commit: a guard that holds a contact's
 * lock and then reads the inbox sees every event that was answered. A contact that was merged away, erased or given another
 * identity since KNOWN is answered and nothing of it is written: its events are decided anew. A key that somebody else
 * wrote meanwhile (a new person, the same client id) is a 23505 and everything is decided anew.
 */
export const WRITE = `
WITH c AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS c(e uuid, id uuid, at timestamptz, p jsonb, reset boolean, aset jsonb, adrop text[],
    granted boolean, consent_at timestamptz)
), held AS MATERIALIZED (
  SELECT k.environment_id, k.id, k AS was, c.p, c.reset, c.aset, c.adrop,
    CASE WHEN c.granted IS NULL THEN NULL
      WHEN k.consent_changed_at IS NULL OR c.consent_at > k.consent_changed_at THEN c.granted
      WHEN c.consent_at = k.consent_changed_at AND NOT c.granted THEN false END AS consent, c.consent_at
  FROM c JOIN contacts k ON k.environment_id = c.e AND k.id = c.id
  WHERE c.at IS NULL AND k.merged_into IS NULL AND k.erased_at IS NULL
    AND (c.p->>'external_id' IS NULL OR k.external_id IS NULL)
    AND (c.p->>'email_key' IS NULL OR k.email_key IS NULL)
  ORDER BY k.environment_id, k.id
  FOR NO KEY UPDATE OF k
), patch AS (
  SELECT held.environment_id, held.id, held.was, held.consent, held.consent_at,
    CASE WHEN held.p IS NULL THEN held.was ELSE jsonb_populate_record(held.was, held.p) END AS now,
    CASE WHEN held.reset IS NULL THEN (held.was).attributes
      ELSE (CASE WHEN held.reset THEN '{}' ELSE (held.was).attributes END - held.adrop) || held.aset END AS attributes
  FROM held WHERE held.p IS NOT NULL OR held.reset IS NOT NULL OR held.consent IS NOT NULL
), patched AS (
  UPDATE contacts k SET external_id = (p.now).external_id, email = (p.now).email, email_key = (p.now).email_key,
    first_name = (p.now).first_name, last_name = (p.now).last_name, phone = (p.now).phone, locale = (p.now).locale,
    timezone = (p.now).timezone, tags = (p.now).tags, attributes = p.attributes,
    marketing_consent = coalesce(p.consent, k.marketing_consent),
    consent_changed_at = CASE WHEN p.consent IS NULL THEN k.consent_changed_at ELSE p.consent_at END,
    unsubscribed_at = CASE WHEN p.consent IS NULL THEN k.unsubscribed_at WHEN NOT p.consent THEN p.consent_at END,
    confirmed_at = CASE WHEN p.consent IS FALSE THEN NULL ELSE k.confirmed_at END,
    updated_at = clock_timestamp()
  FROM patch p WHERE k.environment_id = p.environment_id AND k.id = p.id
    AND (p.now IS DISTINCT FROM p.was OR p.attributes <> (p.was).attributes OR p.consent IS NOT NULL)
), made AS (
  INSERT INTO contacts (environment_id, id, external_id, email, email_key, first_name, last_name, phone, locale, timezone, tags,
    attributes, marketing_consent, consent_changed_at, unsubscribed_at, created_at)
  SELECT c.e, c.id, n.external_id, n.email, n.email_key, n.first_name, n.last_name, n.phone, n.locale, n.timezone,
    coalesce(n.tags, '{}'), coalesce(c.aset, '{}'), c.granted, c.consent_at, CASE WHEN NOT c.granted THEN c.consent_at END, c.at
  FROM c, LATERAL jsonb_populate_record(NULL::contacts, coalesce(c.p, '{}')) n WHERE c.at IS NOT NULL ORDER BY c.e, c.id
), ready AS MATERIALIZED (
  SELECT environment_id, id FROM held UNION ALL SELECT e, id FROM c WHERE at IS NOT NULL
), keyed AS (
  INSERT INTO contact_keys (environment_id, kind, key, contact_id)
  SELECT q.e, q.k, q.v, q.c FROM jsonb_to_recordset($2::jsonb) AS q(e uuid, k text, v text, c uuid)
  JOIN ready ON ready.environment_id = q.e AND ready.id = q.c ORDER BY q.e, q.k, q.v
), arrived AS MATERIALIZED (
  SELECT q.*, clock_timestamp() AS received_at
  FROM jsonb_to_recordset($3::jsonb) AS q(o integer, e uuid, id uuid, clock text, k text, h text, t text, c uuid, at timestamptz,
    x boolean, d jsonb) JOIN ready ON ready.environment_id = q.e AND ready.id = q.c ORDER BY q.o
), named AS (
  INSERT INTO event_keys (environment_id, key, body_hash, event_id, received_at)
  SELECT e, k, decode(h, 'base64'), id, received_at FROM arrived WHERE h IS NOT NULL ORDER BY e, k
), stored AS (
  INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, identity_conflict)
  SELECT e, id, received_at, clock, coalesce(k, id::text), t, c, at, d, x FROM arrived
), proven AS (
  INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at, event_id)
  SELECT a.e, q.id, a.c, 'marketing', q.granted, q.source, a.at, a.id
  FROM jsonb_to_recordset($4::jsonb) AS q(id uuid, event uuid, granted boolean, source text) JOIN arrived a ON a.id = q.event
)
SELECT c.id FROM c WHERE c.at IS NULL AND NOT EXISTS (SELECT FROM held WHERE held.environment_id = c.e AND held.id = c.id)`;
