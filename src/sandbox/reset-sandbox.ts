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

/** Posts that come faster than an empty environment is gone through would keep a reset for ever; so many do not come between. */
const MOST_PASSES = 20;

/**
 * Empties an environment of people, events, runs, messages and figures. The first events of a new person hold no lock that could be
 * waited for: committed between two statements, they would be cleared by half, and the half that is left answers the repeated post as
 * a duplicate. So the tables are gone through until nothing is found: whoever writes then comes after the reset altogether.
 */
export async function clearEnvironment(tx: Sql, environmentId: string): Promise<void> {
  for (let pass = 1, isEmpty = false; pass <= MOST_PASSES && !isEmpty; pass++) {
    isEmpty = true;
    for (const table of CLEARED) {
      const [row] = await tx.query<{ found: boolean }>(clear(table), [environmentId]);
      if (row!.found) isEmpty = false;
    }
  }
}

function clear(table: (typeof CLEARED)[number]): string {
  return `WITH gone AS (DELETE FROM ${table} WHERE environment_id = $1 RETURNING 1) SELECT count(*) > 0 AS found FROM gone`;
}
