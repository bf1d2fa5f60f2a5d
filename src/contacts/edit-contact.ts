import { parseEmail } from '../domain/email-address.js';
import { environmentNow } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import { giveConsent, withdrawConsent } from './consent.js';
import type { ContactDto } from './contact.dto.js';
import type { ContactRow } from './contact.view.js';

/** As much as one body may bring: whoever wrote piece by piece made a row that nobody could read any more. */
const ATTRIBUTES_BYTES = 256 * 1024;

type Columns = Partial<
  Pick<ContactRow, 'first_name' | 'last_name' | 'phone' | 'locale' | 'timezone' | 'tags' | 'attributes'>
>;

/** A contact that an API call edits; the caller holds its lock. */
export interface EditedContact {
  readonly environmentId: string;
  readonly row: ContactRow;
  /** Lane time. */
  readonly at: Date;
}

/**
 * Writes the fields that `dto` names. `replace` (a PUT) also clears those it does not name; identities and consent are only
 * ever changed when named. Throws Conflict `email_taken` or `external_id_taken` when another contact has the identity.
 */
export async function editContact(
  tx: Sql,
  { environmentId, row, at }: EditedContact,
  dto: ContactDto,
  replace: boolean,
): Promise<void> {
  const address = typeof dto.email === 'string' ? parseEmail(dto.email) : null;
  if (dto.email !== undefined) await setKey(tx, environmentId, row.id, 'email', address?.ok ? address.key : null);
  if (dto.externalId !== undefined)
    await setKey(tx, environmentId, row.id, 'external', dto.externalId === null ? null : String(dto.externalId));
  const identities = {
    ...(dto.email === undefined
      ? {}
      : { email: address?.ok ? address.email : null, email_key: address?.ok ? address.key : null }),
    ...(dto.externalId === undefined ? {} : { external_id: dto.externalId === null ? null : String(dto.externalId) }),
    // Another address has not been confirmed by anybody.
    ...(dto.email === undefined || (address?.ok && address.key === row.email_key) ? {} : { confirmed_at: null }),
  };
  await tx.query(UPDATE, [environmentId, row.id, JSON.stringify({ ...columnsOf(dto, row, replace), ...identities })]);
  if (!dto.consent) return;
  const evidence = { environmentId, contactId: row.id, source: dto.consent.source ?? 'api', at };
  await (dto.consent.marketing ? giveConsent(tx, evidence) : withdrawConsent(tx, evidence));
}

/** Makes `key` the contact's only identity of its kind, or takes it away. */
async function setKey(
  tx: Sql,
  environmentId: string,
  contactId: string,
  kind: 'email' | 'external',
  key: string | null,
): Promise<void> {
  await tx.query(
    `DELETE FROM contact_keys WHERE environment_id = $1 AND contact_id = $2 AND kind = $3 AND key IS DISTINCT FROM $4`,
    [environmentId, contactId, kind, key],
  );
  if (key === null) return;
  const [mine] = await tx.query(
    `INSERT INTO contact_keys AS k (environment_id, kind, key, contact_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT (environment_id, kind, key) DO UPDATE SET contact_id = k.contact_id WHERE k.contact_id = excluded.contact_id
     RETURNING key`,
    [environmentId, kind, key, contactId],
  );
  if (mine) return;
  throw kind === 'email'
    ? new Conflict('email_taken', 'another contact has this e-mail address')
    : new Conflict('external_id_taken', 'another contact has this external id');
}

function columnsOf(dto: ContactDto, row: ContactRow, replace: boolean): Columns {
  const empty = {
    first_name: null,
    last_name: null,
    phone: null,
    locale: null,
    timezone: null,
    tags: [],
    attributes: {},
  };
  return {
    ...(replace ? empty : {}),
    ...(dto.firstName === undefined ? {} : { first_name: dto.firstName }),
    ...(dto.lastName === undefined ? {} : { last_name: dto.lastName }),
    ...(dto.phone === undefined ? {} : { phone: dto.phone }),
    ...(dto.locale === undefined ? {} : { locale: dto.locale }),
    ...(dto.timezone === undefined ? {} : { timezone: dto.timezone }),
    ...(dto.tags === undefined ? {} : { tags: dto.tags ?? [] }),
    ...(dto.attributes === undefined
      ? {}
      : { attributes: mergedAttributes(replace ? {} : row.attributes, dto.attributes) }),
  };
}

/** What is too large already may still be made smaller. */
function mergedAttributes(
  known: Readonly<Record<string, unknown>>,
  patch: Readonly<Record<string, unknown>> | null,
): Record<string, unknown> {
  const merged = Object.fromEntries(
    Object.entries(patch === null ? {} : { ...known, ...patch }).filter(([, value]) => value !== null),
  );
  const bytes = jsonBytes(merged);
  if (bytes <= ATTRIBUTES_BYTES || bytes <= jsonBytes(known)) return merged;
  const [code, detail] = ['attributes_too_large', `would be ${bytes} bytes of JSON, of ${ATTRIBUTES_BYTES} at most`];
  throw new Unprocessable(code, `the contact's attributes ${detail}`, [{ pointer: '/attributes', code, detail }]);
}

function jsonBytes(attributes: Readonly<Record<string, unknown>>): number {
  return Buffer.byteLength(JSON.stringify(attributes));
}

const UPDATE = `
UPDATE contacts c SET external_id = n.external_id, email = n.email, email_key = n.email_key, first_name = n.first_name,
  last_name = n.last_name, phone = n.phone, locale = n.locale, timezone = n.timezone, tags = n.tags, attributes = n.attributes,
  confirmed_at = n.confirmed_at, updated_at = ${environmentNow('$1')}
FROM contacts old, LATERAL jsonb_populate_record(old, $3::jsonb) n
WHERE c.environment_id = $1 AND c.id = $2 AND old.environment_id = c.environment_id AND old.id = c.id`;
