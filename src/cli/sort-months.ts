import type { Env } from '../platform/config/env.js';
import { BoundedClient } from '../platform/database/bounded-client.js';
import { UNHURRIED } from '../platform/database/connection.js';
import { migrate } from '../platform/database/migrate.js';
import { openDatabase } from '../platform/platform.js';

/** Moves rows that lie in DEFAULT partitions into partitions of their months; answers what to tell. */
export async function sortMonths(env: Env): Promise<string> {
  const server = await openDatabase(env, () => undefined);
  try {
    await migrate(server.url);
    const sorted = await sortMonthsOf(server.url);
    return sorted.length === 0 ? 'no DEFAULT partition holds rows' : `moved rows into ${sorted.join(', ')}`;
  } finally {
    await server.stop();
  }
}

/**
 * Months whose rows were moved, as `storefront_events 2026-11`. Each commits by itself, so that a run that was interrupted goes on
 * where it ended. Asks as the owner and without a limit of time: a month may hold millions of rows.
 */
export async function sortMonthsOf(url: string): Promise<readonly string[]> {
  const client = new BoundedClient({ connectionString: url, options: `${UNHURRIED} -c timezone=UTC` });
  await client.connect();
  try {
    const sorted: string[] = [];
    const { rows: parts } = await client.query<{ parent: string; part: string }>(DEFAULTS);
    for (const { parent, part } of parts) {
      const { rows: months } = await client.query<{ month: string }>(
        `SELECT DISTINCT date_trunc('month', received_at)::date::text AS month FROM ${client.escapeIdentifier(part)} ORDER BY 1`,
      );
      for (const { month } of months) {
        await client.query('SELECT ensure_month_partition($1, $2)', [parent, month]);
        sorted.push(`${parent} ${month.slice(0, 7)}`);
      }
    }
    return sorted;
  } finally {
    await client.end();
  }
}

const DEFAULTS = `
SELECT p.relname AS parent, c.relname AS part FROM pg_inherits AS i
JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_class AS p ON p.oid = i.inhparent
WHERE c.relispartition AND p.relkind = 'p' AND p.relnamespace = 'public'::regnamespace
  AND pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT'
ORDER BY 1`;
