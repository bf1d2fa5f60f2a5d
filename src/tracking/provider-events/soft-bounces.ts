import type { Sql } from '../../platform/database/sql.js';
import { keyOfAddress } from './reported-letters.js';

/** Refusals for now on so many different days (UTC), without a delivery between them, and the address is given up. */
export const SOFT_BOUNCE_DAYS = 5;

/** A refusal for now. */
export interface SoftBounce {
  readonly emailKey: string;
  readonly contactId: string;
  readonly at: Date;
}

/** Counts refusals and answers the addresses that are given up by them. One that is older than a delivery says nothing. */
export async function countSoftBounces(
  tx: Sql,
  environmentId: string,
  bounces: readonly SoftBounce[],
): Promise<ReadonlySet<string>> {
  if (bounces.length === 0) return new Set();
  const keys = [...new Set(bounces.map(({ emailKey }) => emailKey))];
  const counting = await sinceDelivered(tx, environmentId, bounces);
  await tx.query(ADD, [environmentId, counting.map(({ emailKey }) => emailKey), counting.map(({ at }) => at)]);
  const rows = await tx.query<{ key: string }>(GIVEN_UP, [environmentId, keys, SOFT_BOUNCE_DAYS]);
  return new Set(rows.map(({ key }) => key));
}

/** Leaves out refusals that are older than a delivery to the same address. */
async function sinceDelivered(
  tx: Sql,
  environmentId: string,
  bounces: readonly SoftBounce[],
): Promise<readonly SoftBounce[]> {
  const delivered = await tx.query<{ contactId: string; address: string; at: Date }>(DELIVERED, [
    environmentId,
    [...new Set(bounces.map(({ contactId }) => contactId))],
    bounces.map(({ at }) => at).reduce((one, other) => (one < other ? one : other)),
  ]);
  const letters = delivered.map((letter) => ({ ...letter, emailKey: keyOfAddress(letter.address) }));
  return bounces.filter(
    ({ contactId, emailKey, at }) =>
      !letters.some((letter) => letter.contactId === contactId && letter.emailKey === emailKey && letter.at >= at),
  );
}

/** A delivery ends an address's count; so does giving it up, or it would be given up again after a person let it go. */
export async function forgetSoftBounces(
  tx: Sql,
  environmentId: string,
  addresses: readonly { readonly emailKey: string; readonly until: Date }[],
): Promise<void> {
  if (addresses.length === 0) return;
  await tx.query(FORGET, [
    environmentId,
    addresses.map(({ emailKey }) => emailKey),
    addresses.map(({ until }) => until),
  ]);
}

const DELIVERED = `
SELECT m.contact_id AS "contactId", m.to_address AS address, max(m.delivered_at) AS at FROM messages m
WHERE m.environment_id = $1 AND m.contact_id = ANY ($2::uuid[]) AND m.delivered_at >= $3 AND m.to_address IS NOT NULL
GROUP BY 1, 2`;

const ADD = `
INSERT INTO soft_bounces AS s (environment_id, email_key, day, at)
SELECT $1, b.email_key, (b.at AT TIME ZONE 'UTC')::date, max(b.at)
FROM unnest($2::text[], $3::timestamptz[]) AS b (email_key, at)
GROUP BY 2, 3 ORDER BY 2, 3
ON CONFLICT (environment_id, email_key, day) DO UPDATE SET at = greatest(s.at, excluded.at)`;

const GIVEN_UP = `
SELECT email_key AS key FROM soft_bounces WHERE environment_id = $1 AND email_key = ANY ($2::text[])
GROUP BY email_key HAVING count(*) >= $3`;

const FORGET = `
DELETE FROM soft_bounces s USING unnest($2::text[], $3::timestamptz[]) AS d (email_key, until)
WHERE s.environment_id = $1 AND s.email_key = d.email_key AND s.at <= d.until`;
