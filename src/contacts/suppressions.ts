import { type BlindKeys, blindKeySql } from '../platform/blind-keys.js';
import { environmentNow } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { parseEmail } from '../domain/email-address.js';

/** Why nothing may go to an address, the words of the API. */
export const SUPPRESSION_REASONS = ['hard_bounce', 'soft_bounces', 'complaint', 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/**
 * Blocks an address in an environment: nothing is sent to it any more, whoever has it. The first reason stays.
 * An address that cannot be parsed can receive nothing and is left out; that of somebody who was erased stays without an address here.
 */
export async function suppress(
  tx: Sql,
  suppression: { readonly environmentId: string; readonly email: string; readonly reason: SuppressionReason },
  blind: BlindKeys,
): Promise<void> {
  const address = parseEmail(suppression.email);
  if (!address.ok) return;
  await tx.query(
    `INSERT INTO suppressions (environment_id, email_key, email, reason, created_at)
     SELECT $1, $2::text, $3, $4, ${environmentNow('$1')}
     WHERE NOT EXISTS (SELECT FROM suppressions s WHERE s.environment_id = $1 AND s.email_key = $5)
     ON CONFLICT (environment_id, email_key) DO NOTHING`,
    [suppression.environmentId, address.key, address.email, suppression.reason, blind.of(address.key)],
  );
}

/** A blocked address; `email` is null where it is that of an erased person. */
export interface Suppression {
  readonly email: string | null;
  readonly reason: SuppressionReason;
  readonly created_at: Date;
}

/** The suppression of one address, whether it is kept as an address or as a blind key. */
export async function findSuppression(
  sql: Sql,
  environmentId: string,
  key: string,
  blind: BlindKeys,
): Promise<Suppression | undefined> {
  const rows = await sql.query<Suppression & Record<string, unknown>>(
    'SELECT email, reason, created_at FROM suppressions WHERE environment_id = $1 AND email_key = ANY ($2)',
    [environmentId, [key, blind.of(key)]],
  );
  return rows.find(({ email }) => email !== null) ?? rows[0];
}

/**
 * The reason why nothing may go to the address `key`, null for none; expressions of SQL, and the parameters of the blind keys'
 * pads. The addresses of erased people are there as blind keys; where there are none at all, nothing is hashed.
 */
export function suppressionSql(environment: string, key: string, [inner, outer]: readonly [string, string]): string {
  const reason = (of: string): string =>
    `(SELECT s.reason FROM suppressions s WHERE s.environment_id = ${environment} AND s.email_key = ${of})`;
  return `coalesce(${reason(key)}, CASE WHEN (SELECT EXISTS (SELECT FROM suppressions WHERE email IS NULL))
    THEN ${reason(blindKeySql(key, inner, outer))} END)`;
}
