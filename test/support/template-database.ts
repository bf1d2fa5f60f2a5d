import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/platform/database/migrate.js';

/** Makes the migrated database that test databases are copies of. */
export async function makeTemplate(adminUrl: string): Promise<{ readonly name: string; drop(): Promise<void> }> {
  const name = `touchmap_template_${randomBytes(4).toString('hex')}`;
  await onServer(adminUrl, `CREATE DATABASE ${name}`);
  await migrate(databaseUrl(adminUrl, name));
  return { name, drop: () => dropDatabase(adminUrl, name) };
}

/** Copies a database that nobody is connected to; by files, which takes 45 ms in memory where the usual way, through the WAL, takes 75. */
export function copyDatabase(adminUrl: string, template: string, name: string): Promise<void> {
  return onServer(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
}

/** The URL of another database of the same server. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** Drops a database also when a test forgot a connection to it. */
export function dropDatabase(adminUrl: string, name: string): Promise<void> {
  return onServer(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

/** Runs one statement on a connection of its own. */
export async function onServer(url: string, statement: string): Promise<void> {
  await withConnection(url, (client) => client.query(statement));
}

/** Does some work on a connection of its own. */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
