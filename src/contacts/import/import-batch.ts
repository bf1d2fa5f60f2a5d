import type { Sql } from '../../platform/database/sql.js';
import { newId } from '../../platform/ids.js';
import { lockContacts } from '../contact-facts.js';
import { EVIDENCE, INSERT, KEYS, KNOWN, STANDING, UPDATE } from './import-sql.js';
import type { RowErrorView } from './import-report.view.js';
import type { ImportedConsent, ImportRow } from './import-row.js';

/** What became of a batch. */
export interface BatchOutcome {
  readonly created: number;
  readonly updated: number;
  readonly errors: readonly RowErrorView[];
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
  /** When consent was last taken back, also where it was given again since. */
  readonly taken_back_at: Date | null;
  readonly [column: string]: unknown;
}

/**
 * Writes rows in a handful of statements; `now` is lane time. Rows about the same person, by whatever identity, count one after the
 * other, in the order given.
 */
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
  const { writes, taken, errors } = fold(rows, owner, standing, now);
  const made = writes.filter(({ isNew }) => isNew);
  await tx.query(INSERT, [environmentId, JSON.stringify(made), now]);
  await tx.query(UPDATE, [environmentId, JSON.stringify(writes.filter(({ isNew }) => !isNew))]);
  await tx.query(KEYS, [environmentId, JSON.stringify(writes.flatMap(({ keys }) => keys))]);
  await tx.query(EVIDENCE, [environmentId, JSON.stringify(writes.flatMap(({ proof }) => proof))]);
  return { created: made.length, updated: taken - made.length, errors };
}

/** One write a person, however many rows are about them: each row is decided by what the earlier ones leave behind. */
function fold(
  rows: readonly ImportRow[],
  owner: Map<string, string>,
  standing: Map<string, Standing>,
  now: Date,
): { readonly writes: readonly PersonWrite[]; readonly taken: number; readonly errors: readonly RowErrorView[] } {
  const writes = new Map<string, PersonWrite>();
  const errors: RowErrorView[] = [];
  for (const row of rows) {
    const place = placed(row, owner, standing);
    if ('code' in place) {
      errors.push(place);
      continue;
    }
    const write = writeOf(row, place.contact, now);
    const { id } = write;
    standing.set(id, after(place.contact, write));
    for (const { k, v } of write.keys) owner.set(`${k} ${v}`, id);
    const earlier = writes.get(id);
    writes.set(id, earlier ? joined(earlier, write) : write);
  }
  return { writes: [...writes.values()], taken: rows.length - errors.length, errors };
}

/** The identities that a row names. */
export function keysOf({ email, externalId }: ImportRow): { readonly k: 'email' | 'external'; readonly v: string }[] {
  return [
    ...(email ? [{ k: 'email' as const, v: email.key }] : []),
    ...(externalId === null ? [] : [{ k: 'external' as const, v: externalId }]),
  ];
}

type PersonWrite = ReturnType<typeof writeOf>;
type Placed = { readonly row: ImportRow; readonly contact: Standing | null };

/** Whose row it is. A file never takes an identity from anybody. */
function placed(
  row: ImportRow,
  owner: ReadonlyMap<string, string>,
  standing: ReadonlyMap<string, Standing>,
): Placed | RowErrorView {
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
    confirmed: says?.granted ? confirmationOf(says, contact) : undefined,
    /** Some row says no: what was confirmed before is void, whatever a later row says. */
    unconfirms: says?.granted === false,
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

/** A contact as a write leaves it. */
function after(contact: Standing | null, { id, p, granted, at }: PersonWrite): Standing {
  return {
    id,
    external_id: p.external_id ?? contact?.external_id ?? null,
    email_key: p.email_key ?? contact?.email_key ?? null,
    marketing_consent: granted ?? contact?.marketing_consent ?? null,
    consent_changed_at: at ?? contact?.consent_changed_at ?? null,
    taken_back_at: (granted === false ? at : contact?.taken_back_at) ?? null,
  };
}

/** Two writes to one person as one: what the later does not name stays as the earlier has it. */
function joined(earlier: PersonWrite, later: PersonWrite): PersonWrite {
  return {
    isNew: earlier.isNew,
    id: earlier.id,
    p: { ...earlier.p, ...later.p },
    a: { ...earlier.a, ...later.a },
    granted: later.granted ?? earlier.granted,
    at: later.at ?? earlier.at,
    confirmed: later.unconfirms ? undefined : (later.confirmed ?? earlier.confirmed),
    unconfirms: earlier.unconfirms || later.unconfirms,
    keys: [...earlier.keys, ...later.keys],
    proof: [...earlier.proof, ...later.proof],
  };
}

/** When the mailbox was confirmed: a withdrawal takes what was confirmed before it back, also where the file still knows of it. */
function confirmationOf({ confirmedAt }: ImportedConsent, contact: Standing | null): Date | undefined {
  const takenBackAt = contact?.taken_back_at ?? null;
  return confirmedAt !== null && (takenBackAt === null || confirmedAt > takenBackAt) ? confirmedAt : undefined;
}

/**
 * Whether the file says something about consent that is not known. A dated statement counts if it is newer, a "no" also at the very
 * instant of a "yes". An undated "yes" counts only for people who were never asked: an old list must not bring back who unsubscribed.
 * An undated "no" counts for all who have not said no.
 */
function isNews(consent: ImportedConsent, contact: Standing | null): boolean {
  const { granted, at } = consent;
  const changedAt = contact?.consent_changed_at ?? null;
  if (at !== null && changedAt?.getTime() === at.getTime()) return !granted && contact?.marketing_consent === true;
  if (at !== null) return changedAt === null || at > changedAt;
  return granted ? (contact?.marketing_consent ?? null) === null : contact?.marketing_consent !== false;
}
