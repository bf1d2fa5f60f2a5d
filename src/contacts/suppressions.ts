import type { Sql } from '../platform/database/sql.js';
import { parseEmail } from '../domain/email-address.js';

/** Why nothing may go to an address, the words of the API. */
export const SUPPRESSION_REASONS = ['hard_bounce', 'soft_bounces', 'complaint', 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/**
 * Blocks an address in an environment: nothing is sent to it any more, whoever has it. The first reason stays.
 * An address that cannot be parsed can receive nothing and is left out.
 */
export async function suppress(
  tx: Sql,
  suppression: { readonly environmentId: string; readonly email: string; readonly reason: SuppressionReason },
): Promise<void> {
  const address = parseEmail(suppression.email);
  if (!address.ok) return;
  await tx.query(
    `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, $3, $4)
     ON CONFLICT (environment_id, email_key) DO NOTHING`,
    [suppression.environmentId, address.key, address.email, suppression.reason],
  );
}
