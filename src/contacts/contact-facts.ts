import type { ContactFacts } from '../domain/run.js';
import type { BlindKeys } from '../platform/blind-keys.js';
import { arrayText } from '../platform/database/array-text.js';
import { HELD_MS } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { suppressionSql } from './suppressions.js';

export interface ContactRef {
  readonly environmentId: string;
  readonly contactId: string;
}

interface FactsRow {
  readonly asked_id: string;
  readonly id: string;
  readonly email: string | null;
  readonly external_id: string | null;
  readonly anonymous_id: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly tags: string[];
  readonly attributes: Record<string, unknown>;
  readonly created_at: Date;
  readonly marketing_consent: boolean | null;
  readonly confirmed_at: Date | null;
  readonly declined: string[] | null;
  readonly paused_until: Date | null;
  readonly suppressed: string | null;
  readonly erased_at: Date | null;
}

/**
 * What conditions, templates and guards may know of these people, by the id asked for, in one query. An id that was merged
 * away answers with the facts of the contact that stayed; an unknown id is absent.
 */
export async function loadContactFacts(
  tx: Sql,
  refs: readonly ContactRef[],
  blind: BlindKeys,
): Promise<Map<string, ContactFacts>> {
  if (refs.length === 0) return new Map();
  const rows = await tx.query<FactsRow>(FACTS, [...columns(refs), ...blind.pads]);
  return new Map(rows.map((row) => [row.asked_id, factsOf(row)]));
}

/**
 * Locks contacts FOR NO KEY UPDATE in the order of (environment, id), which every writer keeps: first contacts, then runs,
 * then messages. Ingest holds the same lock until its commit, so a statement that follows this one sees every event whose
 * 202 was given. Answers the ids that are locked now: with `skipLocked` the others are someone else's at the moment. The transaction waits
 * no longer than `waitMs` (0: as long as a statement may take) for this or any later lock: it fails with `IS_HELD`.
 */
export async function lockContacts(
  tx: Sql,
  refs: readonly ContactRef[],
  options: { readonly skipLocked?: boolean; readonly waitMs?: number } = {},
): Promise<ReadonlySet<string>> {
  if (refs.length === 0) return new Set();
  const { skipLocked, waitMs = HELD_MS } = options;
  const rows = await tx.query<{ id: string }>(skipLocked ? LOCK_FREE : LOCK, [...columns(refs), String(waitMs)]);
  return new Set(rows.map((row) => row.id));
}

/** Environments and ids, each contact once. */
function columns(refs: readonly ContactRef[]): readonly [string, string] {
  const distinct = new Map(refs.map((ref) => [ref.contactId, ref.environmentId]));
  return [arrayText(distinct.values(), (id) => id), arrayText(distinct.keys(), (id) => id)];
}

function factsOf(row: FactsRow): ContactFacts {
  return {
    id: row.id,
    email: row.email,
    externalId: row.external_id,
    anonymousId: row.anonymous_id,
    firstName: row.first_name,
    lastName: row.last_name,
    locale: row.locale,
    timezone: row.timezone,
    tags: row.tags,
    attributes: row.attributes,
    createdAt: row.created_at.toISOString(),
    marketingConsent: row.marketing_consent,
    confirmedAt: row.confirmed_at?.toISOString() ?? null,
    declined: row.declined ?? [],
    pausedUntil: row.paused_until?.toISOString() ?? null,
    suppressed: row.suppressed,
    erased: row.erased_at !== null,
  };
}

const PERSON = `k.id, k.email, k.email_key, k.external_id, k.first_name, k.last_name, k.locale, k.timezone, k.tags, k.attributes,
  k.created_at, k.marketing_consent, k.confirmed_at, k.declined, k.paused_until, k.erased_at`;

// LATERAL … LIMIT 1 keeps the plan on the primary key whatever the planner believes about the size of the list, and only who is
// not found as they were asked for is looked for where they went.
const FACTS = `
SELECT asked.c AS asked_id, person.*,
  CASE WHEN person.external_id IS NULL AND person.email IS NULL THEN (SELECT min(b.key) FROM contact_keys b
    WHERE b.environment_id = asked.e AND b.contact_id = person.id AND b.kind = 'anonymous') END AS anonymous_id,
  ${suppressionSql('asked.e', 'person.email_key', ['$3', '$4'])} AS suppressed
FROM unnest($1::uuid[], $2::uuid[]) AS asked (e, c)
CROSS JOIN LATERAL (
  SELECT ${PERSON} FROM contacts k WHERE k.environment_id = asked.e AND k.id = asked.c AND k.merged_into IS NULL
  UNION ALL
  SELECT ${PERSON} FROM contacts k WHERE k.environment_id = asked.e AND k.id = (SELECT gone.merged_into FROM contacts gone
    WHERE gone.environment_id = asked.e AND gone.id = asked.c)
  LIMIT 1) person`;

// One after another in the order of ids; joined, a batch read all contacts of a shop of some thousands (docs/adr/0015). Sorting reads
// everything, the setting too, before the first row is locked.
const lock = (how: string): string => `
SELECT held.id
FROM (SELECT e, c FROM unnest($1::uuid[], $2::uuid[]) AS q (e, c), set_config('lock_timeout', $3, true) ORDER BY e, c) asked
CROSS JOIN LATERAL (SELECT k.id FROM contacts k WHERE k.environment_id = asked.e AND k.id = asked.c
  LIMIT 1 FOR NO KEY UPDATE ${how}) held`;

const LOCK = lock('');
const LOCK_FREE = lock('SKIP LOCKED');
