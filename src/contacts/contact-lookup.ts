import { parseEmail } from '../domain/email-address.js';
import type { Sql } from '../platform/database/sql.js';
import { BadInput } from '../platform/http/domain-error.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The contact that an address of the API names: our id (of the contact that stayed, after a merge) or an e-mail address.
 * Null when there is none, also for an erased one.
 */
export async function findContactId(tx: Sql, environmentId: string, ref: string): Promise<string | null> {
  if (UUID.test(ref)) {
    const [row] = await tx.query<{ id: string }>(BY_ID, [environmentId, ref]);
    return row?.id ?? null;
  }
  const address = parseEmail(ref);
  if (!address.ok) return null;
  const [row] = await tx.query<{ id: string }>(BY_EMAIL, [environmentId, address.key]);
  return row?.id ?? null;
}

/**
 * The filter of a list by a person, as it came. 400 `invalid_contact` for what names nobody: an address whose `+` came as a space would find
 * an empty list, and so would the shop's own id.
 */
export function contactFilter(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && (UUID.test(value) || parseEmail(value).ok)) return value;
  throw new BadInput(
    'invalid_contact',
    'contact must be given once, as an e-mail address (its + is %2B in a URL) or as the id that we gave the contact',
  );
}

const BY_ID = `
SELECT stays.id FROM contacts k
JOIN contacts stays ON stays.environment_id = k.environment_id AND stays.id = coalesce(k.merged_into, k.id)
WHERE k.environment_id = $1 AND k.id = $2 AND stays.erased_at IS NULL`;

const BY_EMAIL = `SELECT contact_id AS id FROM contact_keys WHERE environment_id = $1 AND kind = 'email' AND key = $2`;
