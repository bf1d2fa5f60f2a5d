import pg from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from './migrations.js';

/** Any number that only this service locks: "touchmap" in ASCII, shortened to a bigint. */
const LOCK = '8390327082911687';

/**
 * Brings the schema up to date as the connecting user, who owns it. Under an advisory lock on a connection of its own:
 * two processes may start at the same moment.
 */
export async function migrate(url: string): Promise<void> {
  const guard = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await guard.connect();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const source = await new DataSource({
      type: 'postgres',
      url,
      migrations: MIGRATIONS,
      migrationsTransactionMode: 'each',
      installExtensions: false,
    }).initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
  } finally {
    await guard.end();
  }
}
