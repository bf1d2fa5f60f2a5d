import type { Sql } from '../platform/database/sql.js';

/**
 * What belongs to people and their history, what is referred to before what refers to it (docs/adr/0016): somebody who writes under
 * the lock of a person or run is waited for, and the later statements see what they wrote. Definitions and publications are not among it.
 */
export const CLEARED = [
  'contacts',
  'contact_keys',
  'consents',
  'event_keys',
  'storefront_events',
  'enrollments',
  'enrollment_history',
  'messages',
  'message_bodies',
  'send_attempts',
  'engagements',
  'uncounted_hits',
  'provider_events',
  'provider_event_keys',
  'soft_bounces',
  'conversions',
  'stats_daily',
  'stats_dirty',
  'suppressions',
  'idempotency_keys',
] as const;

/** What belongs to an environment and outlives a reset: who may call and report, and what is published there. */
export const KEPT = ['api_keys', 'connectors', 'publications'] as const;

/** Empties an environment of people, events, runs, messages and figures. */
export async function clearEnvironment(tx: Sql, environmentId: string): Promise<void> {
  for (const table of CLEARED) await tx.query(`DELETE FROM ${table} WHERE environment_id = $1`, [environmentId]);
}
