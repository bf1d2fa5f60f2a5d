import type { Sql } from '../platform/database/sql.js';

/** What belongs to people and their history, dependants first. Definitions and publications are not among it. */
export const CLEARED = [
  'uncounted_hits',
  'stats_dirty',
  'stats_daily',
  'conversions',
  'provider_events',
  'provider_event_keys',
  'soft_bounces',
  'engagements',
  'send_attempts',
  'message_bodies',
  'messages',
  'enrollment_history',
  'enrollments',
  'storefront_events',
  'event_keys',
  'consents',
  'contact_keys',
  'contacts',
  'suppressions',
  'idempotency_keys',
] as const;

/** What belongs to an environment and outlives a reset: who may call and report, and what is published there. */
export const KEPT = ['api_keys', 'connectors', 'publications'] as const;

/** Empties an environment of people, events, runs, messages and figures. */
export async function clearEnvironment(tx: Sql, environmentId: string): Promise<void> {
  for (const table of CLEARED) await tx.query(`DELETE FROM ${table} WHERE environment_id = $1`, [environmentId]);
}
