import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { copyDatabase, databaseUrl, dropDatabase, onServer, withConnection } from './template-database.js';

/** Any number of our own: one process makes the template, the others wait. */
const LOCK = 4_712_002;

/** A database with its first run behind it, and the data directory that goes with it. */
export interface ShopTemplate {
  readonly database: string;
  readonly dataDir: string;
}

/** Where the shop template of a run is, once somebody has made it. */
export function shopTemplateOf(migrated: string): ShopTemplate {
  const database = `${migrated}_shop`;
  return { database, dataDir: path.join(os.tmpdir(), database) };
}

/**
 * Makes the run's shop template if it is not there: by whoever needs it first, as most runs of single specs need none. A first
 * run compiles every preset, for more than two seconds, and only the tests of first runs look at that.
 * @param firstRun starts and ends the service once
 */
export async function ensureShopTemplate(
  adminUrl: string,
  migrated: string,
  firstRun: (databaseUrl: string, dataDir: string) => Promise<void>,
): Promise<ShopTemplate> {
  const { database, dataDir } = shopTemplateOf(migrated);
  await withConnection(adminUrl, async (server) => {
    await server.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const { rowCount } = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rowCount) return;
    const draft = `${database}_draft`;
    const draftDir = await mkdtemp(path.join(os.tmpdir(), 'touchmap-first-run-'));
    try {
      await dropDatabase(adminUrl, draft);
      await copyDatabase(adminUrl, migrated, draft);
      await firstRun(databaseUrl(adminUrl, draft), draftDir);
      await cp(draftDir, dataDir, { recursive: true });
    } finally {
      await rm(draftDir, { recursive: true });
    }
    await onServer(adminUrl, `ALTER DATABASE ${draft} RENAME TO ${database}`);
  });
  return { database, dataDir };
}

/** Leaves nothing of it, made or not. */
export async function dropShopTemplate(adminUrl: string, migrated: string): Promise<void> {
  const { database, dataDir } = shopTemplateOf(migrated);
  await dropDatabase(adminUrl, database);
  await rm(dataDir, { recursive: true, force: true });
}
