import type { Sql } from '../../platform/database/sql.js';
import { newId } from '../../platform/ids.js';
import { lockContacts } from '../contact-facts.js';
import { EVIDENCE, INSERT, KEYS, KNOWN, STANDING, UPDATE } from './import-sql.js';
import type { RowError } from './import-report.js';
import type { ImportRow } from './import-row.js';

/** What became of a batch. */
export interface BatchOutcome {
  readonly created: number;
  readonly updated: number;
  readonly errors: readonly RowError[];
}

interface KnownRow {
  readonly kind: 'email' | 'external';
  readonly key: string;
  readonly contact_id: string;
  readonly [column: string]: unknown;
}

interface Standing {
  readonly id: string;
  readonly external_id: string | null;
  readonly email_key: string | null;
  readonly marketing_consent: boolean | null;
  readonly consent_changed_at: Date | null;
  readonly [column: string]: unknown;
}

/** Writes rows, no two of which name the same identity, in a handful of statements; `now` is lane time. */
export async function writeBatch(
  tx: Sql,
  environmentId: string,
  rows: readonly ImportRow[],
  now: Date,
): Promise<BatchOutcome> {
  const wanted = rows.flatMap(keysOf);
  const known = await tx.query<KnownRow>(KNOWN, [environmentId, JSON.stringify(wanted)]);
  const owner = new Map(known.map(({ kind, key, contact_id }) => [`${kind} ${key}`, contact_id]));
  const refs = [...new Set(owner.values())].map((contactId) => ({ environmentId, contactId }));
  await lockContacts(tx, refs);
  const found = await tx.query<Standing>(STANDING, [environmentId, refs.map(({ contactId }) => contactId)]);
  const standing = new Map(found.map((contact) => [contact.id, contact]));
  const plan = rows.map((row) => placed(row, owner, standing));
  const errors = plan.flatMap((one) => ('code' in one ? [one] : []));
  const taken = plan.flatMap((one) => ('code' in one ? [] : [one]));
  const written = taken.map(({ row, contact }) => writeOf(row, contact, now));
  const made = written.filter(({ isNew }) => isNew);
  await tx.query(INSERT, [environmentId, JSON.stringify(made), now]);
  await tx.query(UPDATE, [environmentId, JSON.stringify(written.filter(({ isNew }) => !isNew))]);
  await tx.query(KEYS, [environmentId, JSON.stringify(written.flatMap(({ keys }) => keys))]);
  await tx.query(EVIDENCE, [environmentId, JSON.stringify(written.flatMap(({ proof }) => proof))]);
  return { created: made.length, updated: written.length - made.length, errors };
}

/** The identities that a row names. */
export function keysOf({ email, externalId }: ImportRow): { readonly k: 'email' | 'external'; readonly v: string }[] {
  return [
    ...(email ? [{ k: 'email' as const, v: email.key }] : []),
    ...(externalId === null ? [] : [{ k: 'external' as const, v: externalId }]),
  ];
}

type Placed = { readonly row: ImportRow; readonly contact: Standing | null };

/** Whose row it is. A file never takes an identity from anybody. */
function placed(
  row: ImportRow,
  owner: ReadonlyMap<string, string>,
  standing: ReadonlyMap<string, Standing>,
): Placed | RowError {
  const ids = new Set(keysOf(row).flatMap(({ k, v }) => owner.get(`${k} ${v}`) ?? []));
  const [id] = ids;
  if (ids.size > 1)
    return { line: row.line, code: 'identity_conflict', detail: 'email and externalId belong to two different people' };
  const contact = id === undefined ? null : (standing.get(id) ?? null);
  const differs = (known: string | null | undefined, named: string | undefined): boolean =>
    Boolean(known && named !== undefined && known !== named);
  if (differs(contact?.external_id, row.externalId ?? undefined))
    return {
      line: row.line,
      code: 'identity_conflict',
      detail: 'the address belongs to somebody with another externalId',
    };
  if (differs(contact?.email_key, row.email?.key))
    return {
      line: row.line,
      code: 'identity_conflict',
      detail: 'the externalId belongs to somebody with another address',
    };
  return { row, contact };
}

function writeOf(row: ImportRow, contact: Standing | null, now: Date) {
  const id = contact?.id ?? newId();
  const { email, externalId, fields, attributes, consent } = row;
  const says = consent !== null && isNews(consent, contact) ? consent : null;
  const at = says ? (says.at ?? now) : undefined;
  const identity = {
    ...(email && !contact?.email_key ? { email: email.email, email_key: email.key } : {}),
    ...(externalId !== null && !contact?.external_id ? { external_id: externalId } : {}),
  };
  return {
    isNew: contact === null,
    id,
    p: { ...fields, ...identity },
    a: attributes,
    granted: says?.granted,
    at,
    confirmed: says?.granted ? (says.confirmedAt ?? undefined) : undefined,
    keys: [
      ...(identity.email_key ? [{ k: 'email', v: identity.email_key, c: id }] : []),
      ...(identity.external_id ? [{ k: 'external', v: identity.external_id, c: id }] : []),
    ],
    proof: says
      ? [
          {
            id: newId(),
            c: id,
            granted: says.granted,
            source: says.source,
            at,
            evidence: { import: { line: row.line } },
          },
        ]
      : [],
  };
}

/**
 * Whether the file says something about consent that is not known. A dated statement counts if it is newer. An undated "yes" only for
 * people who were never asked: an old list must not bring back who unsubscribed. An undated "no" for all who have not said no.
 */
function isNews(consent: NonNullable<ImportRow['consent']>, contact: Standing | null): boolean {
  const { granted, at } = consent;
  const changedAt = contact?.consent_changed_at ?? null;
  if (at !== null) return changedAt === null || at > changedAt;
  return granted ? (contact?.marketing_consent ?? null) === null : contact?.marketing_consent !== false;
}
