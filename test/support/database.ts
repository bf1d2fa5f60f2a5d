import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connectionOf } from '../../src/platform/database/connection.js';
import { EngineDatabase } from '../../src/platform/database/engine-database.js';
import type { Sql } from '../../src/platform/database/sql.js';
import { newId } from '../../src/platform/ids.js';
import { copyDatabase, databaseUrl, dropDatabase } from './template-database.js';

/** A database of a test's own. */
export interface TestDatabase {
  readonly engine: EngineDatabase;
  /** As the owner of the schema, for whoever makes pools of its own. */
  readonly url: string;
  close(): Promise<void>;
}

/** The run's server and the migrated database on it. */
export function testServer(): { readonly admin: string; readonly template: string } {
  const { TEST_DATABASE_URL: admin, TOUCHMAP_TEST_TEMPLATE: template } = process.env;
  if (!admin || !template)
    throw new Error('run specs through jest.config.mjs: its global set-up makes the template database');
  return { admin, template };
}

/** A fresh migrated database, cloned from the template of this run. Close it in afterAll. */
export async function migratedDatabase(): Promise<TestDatabase> {
  const { admin, template } = testServer();
  const name = `touchmap_test_${randomBytes(6).toString('hex')}`;
  await copyDatabase(admin, template, name);
  const database = openDatabase(databaseUrl(admin, name));
  return {
    ...database,
    async close() {
      await database.close();
      await dropDatabase(admin, name);
    },
  };
}

/** A way of one's own to a database that somebody else drops. */
export function openDatabase(url: string): TestDatabase {
  const pool = new pg.Pool(connectionOf(url, 'touchmap_engine', 5));
  pool.on('error', () => undefined); // the server may go before the pool
  return { engine: new EngineDatabase(pool), url, close: () => pool.end() };
}

/** Ids of a store made for a test. */
export interface TestStore {
  readonly storeId: string;
  readonly liveId: string;
  readonly sandboxId: string;
}

/** Makes a store with its two environments; the sandbox's clock stands at `now`. */
export async function aStore(
  sql: Sql,
  { key = `store-${randomBytes(4).toString('hex')}`, now = new Date('2026-11-21T09:00:00Z') } = {},
): Promise<TestStore> {
  const store = { storeId: newId(), liveId: newId(), sandboxId: newId() };
  await sql.query('INSERT INTO stores (id, key, name) VALUES ($1, $2, $2)', [store.storeId, key]);
  await sql.query(
    `INSERT INTO environments (id, store_id, mode, clock, virtual_now)
     VALUES ($1, $2, 'live', 'real', NULL), ($3, $2, 'sandbox', 'virtual', $4)`,
    [store.liveId, store.storeId, store.sandboxId, now],
  );
  return store;
}
