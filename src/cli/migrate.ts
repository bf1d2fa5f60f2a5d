import type { Env } from '../platform/config/env.js';
import { withDatabase } from './with-database.js';

/** Brings the schema up to date; answers what to tell. */
export function migrateDatabase(env: Env): Promise<string> {
  return withDatabase(env, async (engine) => {
    const [row] = await engine.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = $1',
      ['public'],
    );
    return `the schema is up to date (${row!.count} tables)`;
  });
}
