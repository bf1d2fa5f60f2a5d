import { environmentNow } from '../platform/clock/lane.js';

/**
 * What is known of a group before it is written: identities ($1 environments, $2 kinds, $3 keys), client ids
 * ($4 environments, $5 ids), clocks ($6 environments). Rows tell the place of what was asked.
 * LATERAL … LIMIT 1 keeps each look-up on its primary key whatever the planner believes about the length of the lists.
 */
export const KNOWN = `
SELECT 'person' AS what, q.place::integer, person.id, person.external_id, person.email_key, NULL::text AS body_hash,
  NULL::timestamptz AS now
FROM ROWS FROM (unnest($1::uuid[]), unnest($2::text[]), jsonb_array_elements_text($3::jsonb))
  WITH ORDINALITY AS q(e, k, v, place)
CROSS JOIN LATERAL (SELECT k.contact_id FROM contact_keys k
  WHERE k.environment_id = q.e AND k.kind = q.k AND k.key = q.v LIMIT 1) named
CROSS JOIN LATERAL (SELECT c.id, c.external_id, c.email_key FROM contacts c
  WHERE c.environment_id = q.e AND c.id = named.contact_id LIMIT 1) person
UNION ALL
SELECT 'event', q.place::integer, NULL, NULL, NULL, stored.body_hash, NULL
FROM ROWS FROM (unnest($4::uuid[]), jsonb_array_elements_text($5::jsonb)) WITH ORDINALITY AS q(e, v, place)
CROSS JOIN LATERAL (SELECT encode(k.body_hash, 'base64') AS body_hash FROM event_keys k
  WHERE k.environment_id = q.e AND k.key = q.v LIMIT 1) stored
UNION ALL
SELECT 'clock', NULL, e.id, NULL, NULL, NULL, coalesce(e.virtual_now, clock_timestamp())
FROM environments e WHERE e.id = ANY ($6::uuid[])`;

/**
 * Writes a group in one statement. $1–$5 contacts (one row each), $6–$9 their new keys, $10–$19 events in the order of arrival,
 * $20 evidence of consent; `write-parameters` makes them. It locks the known contacts in the order of ids until its commit: a
 * guard that holds a contact's lock and then reads the inbox sees every event that was answered. A contact that was merged away,
 * erased or given another identity since KNOWN is answered and nothing of it is written: its events are decided anew. A key that
 * somebody else wrote meanwhile (a new person, the same client id) is a 23505 and everything is decided anew.
 */
export const WRITE = `
WITH c AS MATERIALIZED (
  SELECT c.e, c.id, c.at, c.given, c.p->>0 AS external_id, c.p->>1 AS email, c.p->>2 AS email_key, c.p->>3 AS first_name,
    c.p->>4 AS last_name, c.p->>5 AS phone, c.p->>6 AS locale, c.p->>7 AS timezone,
    CASE WHEN c.given & 256 > 0 THEN ARRAY(SELECT jsonb_array_elements_text(c.p->8)) END AS tags,
    (c.p->>9)::boolean AS reset, c.p->10 AS aset,
    CASE WHEN c.p->>9 IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(c.p->11)) END AS adrop,
    (c.p->>12)::boolean AS granted, (c.p->>13)::timestamptz AS consent_at, (c.p->>14)::timestamptz AS withdrawn_at
  FROM ROWS FROM (unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::timestamptz[]), unnest($4::integer[]),
    jsonb_array_elements($5::jsonb)) AS c(e, id, at, given, p), set_config('lock_timeout', $21, true)
), held AS MATERIALIZED (
  SELECT k.environment_id, k.id, c.given, c.external_id, c.email, c.email_key, c.first_name, c.last_name, c.phone, c.locale,
    c.timezone, c.tags, c.reset, c.aset, c.adrop,
    CASE WHEN c.granted IS NULL THEN NULL
      WHEN k.consent_changed_at IS NULL OR c.consent_at > k.consent_changed_at THEN c.granted
      WHEN c.consent_at = k.consent_changed_at AND NOT c.granted THEN false END AS consent, c.consent_at, c.withdrawn_at
  FROM c JOIN contacts k ON k.environment_id = c.e AND k.id = c.id
  WHERE c.at IS NULL AND k.merged_into IS NULL AND k.erased_at IS NULL
    AND (c.external_id IS NULL OR k.external_id IS NULL) AND (c.email_key IS NULL OR k.email_key IS NULL)
  ORDER BY k.environment_id, k.id
  FOR NO KEY UPDATE OF k
), patched AS (
  UPDATE contacts k SET
    external_id = CASE WHEN p.given & 1 > 0 THEN p.external_id ELSE k.external_id END,
    email = CASE WHEN p.given & 2 > 0 THEN p.email ELSE k.email END,
    email_key = CASE WHEN p.given & 4 > 0 THEN p.email_key ELSE k.email_key END,
    first_name = CASE WHEN p.given & 8 > 0 THEN p.first_name ELSE k.first_name END,
    last_name = CASE WHEN p.given & 16 > 0 THEN p.last_name ELSE k.last_name END,
    phone = CASE WHEN p.given & 32 > 0 THEN p.phone ELSE k.phone END,
    locale = CASE WHEN p.given & 64 > 0 THEN p.locale ELSE k.locale END,
    timezone = CASE WHEN p.given & 128 > 0 THEN p.timezone ELSE k.timezone END,
    tags = CASE WHEN p.given & 256 > 0 THEN p.tags ELSE k.tags END,
    attributes = CASE WHEN p.reset IS NULL THEN k.attributes
      ELSE (CASE WHEN p.reset THEN '{}' ELSE k.attributes END - p.adrop) || p.aset END,
    marketing_consent = coalesce(p.consent, k.marketing_consent),
    consent_changed_at = CASE WHEN p.consent IS NULL THEN k.consent_changed_at ELSE p.consent_at END,
    unsubscribed_at = CASE WHEN p.consent IS NULL THEN k.unsubscribed_at WHEN NOT p.consent THEN p.consent_at END,
    confirmed_at = CASE WHEN p.consent IS FALSE OR p.withdrawn_at >= k.confirmed_at THEN NULL ELSE k.confirmed_at END,
    updated_at = ${environmentNow('k.environment_id')}
  FROM held p WHERE k.environment_id = p.environment_id AND k.id = p.id
    AND (p.given & 1 > 0 AND k.external_id IS DISTINCT FROM p.external_id
      OR p.given & 4 > 0 AND k.email_key IS DISTINCT FROM p.email_key
      OR p.given & 8 > 0 AND k.first_name IS DISTINCT FROM p.first_name
      OR p.given & 16 > 0 AND k.last_name IS DISTINCT FROM p.last_name
      OR p.given & 32 > 0 AND k.phone IS DISTINCT FROM p.phone
      OR p.given & 64 > 0 AND k.locale IS DISTINCT FROM p.locale
      OR p.given & 128 > 0 AND k.timezone IS DISTINCT FROM p.timezone
      OR p.given & 256 > 0 AND k.tags IS DISTINCT FROM p.tags
      OR p.reset IS NOT NULL AND k.attributes <> (CASE WHEN p.reset THEN '{}' ELSE k.attributes END - p.adrop) || p.aset
      OR p.consent IS NOT NULL
      OR p.withdrawn_at >= k.confirmed_at)
), made AS (
  INSERT INTO contacts (environment_id, id, external_id, email, email_key, first_name, last_name, phone, locale, timezone, tags,
    attributes, marketing_consent, consent_changed_at, unsubscribed_at, created_at, updated_at)
  SELECT c.e, c.id, c.external_id, c.email, c.email_key, c.first_name, c.last_name, c.phone, c.locale, c.timezone,
    coalesce(c.tags, '{}'), CASE WHEN c.reset IS NULL THEN '{}' ELSE c.aset END, c.granted, c.consent_at,
    CASE WHEN NOT c.granted THEN c.consent_at END, c.at, c.at
  FROM c WHERE c.at IS NOT NULL ORDER BY c.e, c.id
), ready AS MATERIALIZED (
  SELECT environment_id, id FROM held UNION ALL SELECT e, id FROM c WHERE at IS NOT NULL
), keyed AS (
  INSERT INTO contact_keys (environment_id, kind, key, contact_id)
  SELECT q.e, q.k, q.v, q.c
  FROM ROWS FROM (unnest($6::uuid[]), unnest($7::text[]), jsonb_array_elements_text($8::jsonb), unnest($9::uuid[])) AS q(e, k, v, c)
  JOIN ready ON ready.environment_id = q.e AND ready.id = q.c ORDER BY q.e, q.k, q.v
), arrived AS MATERIALIZED (
  SELECT q.e, q.id, q.clock, q.k, q.h, q.t, q.c, q.at, q.x, q.d::jsonb AS d, clock_timestamp() AS received_at
  FROM ROWS FROM (unnest($10::uuid[]), unnest($11::uuid[]), unnest($12::text[]), jsonb_array_elements_text($13::jsonb),
    unnest($14::text[]), unnest($15::text[]), unnest($16::uuid[]), unnest($17::timestamptz[]), unnest($18::boolean[]),
    string_to_table($19, E'\\n')) WITH ORDINALITY AS q(e, id, clock, k, h, t, c, at, x, d, place)
  JOIN ready ON ready.environment_id = q.e AND ready.id = q.c ORDER BY q.place
), named AS (
  INSERT INTO event_keys (environment_id, key, body_hash, event_id, received_at)
  SELECT e, k, decode(h, 'base64'), id, received_at FROM arrived WHERE h IS NOT NULL ORDER BY e, k
), stored AS (
  INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, identity_conflict)
  SELECT e, id, received_at, clock, coalesce(k, id::text), t, c, at, d, x FROM arrived
), proven AS (
  INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at, event_id)
  SELECT a.e, q.id, a.c, 'marketing', q.granted, q.source, a.at, a.id
  FROM jsonb_to_recordset($20::jsonb) AS q(id uuid, event uuid, granted boolean, source text) JOIN arrived a ON a.id = q.event
)
SELECT c.id FROM c WHERE c.at IS NULL AND (c.e, c.id) NOT IN (SELECT environment_id, id FROM held)`;

/** Which of these people ($1 environments, $2 ids) nobody holds at the moment; a table that is held is waited for as long as $3. */
export const FREE = `
WITH c AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS c(e, id), set_config('lock_timeout', $3, true))
SELECT k.id FROM c JOIN contacts k ON k.environment_id = c.e AND k.id = c.id
FOR NO KEY UPDATE OF k SKIP LOCKED`;
