import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import type { EngineDatabase } from '../../src/platform/database/engine-database.js';
import type { FirstRunResult } from '../../src/stores/first-run.js';
import { testServer } from './database.js';
import { importByNode } from './import-by-node.js';
import { ensureShopTemplate } from './shop-template.js';
import { copyDatabase, databaseUrl, dropDatabase } from './template-database.js';

/** The whole service, as it is built, in this process, on a database and a data directory of its own. */
export interface FlowApp extends BuiltService {
  readonly liveKey: string;
  readonly testKey: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** Ends it and removes what is its own. */
  close(): Promise<void>;
}

/** What `start-built.mjs` starts. */
interface BuiltService {
  readonly url: string;
  readonly engine: EngineDatabase;
  readonly dataSource: DataSource;
  /** Ends the service as a signal does; its database stays. */
  stop(): Promise<void>;
}

type StartBuilt = (variables: Readonly<Record<string, string>>) => Promise<BuiltService>;

/** Starts it on a random port, its first run behind it. Close it in afterAll. */
export async function startApp({
  env = {},
}: { readonly env?: Readonly<Record<string, string>> } = {}): Promise<FlowApp> {
  const { startBuilt } = await importByNode<{ readonly startBuilt: StartBuilt }>('./start-built.mjs');
  const { databaseUrl: url, dataDir, remove } = await copyOfShop(startBuilt);
  const service = await startBuilt({ DATABASE_URL: url, DATA_DIR: dataDir, ...env }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  const firstRun = JSON.parse(await readFile(path.join(dataDir, 'first-run.json'), 'utf8')) as FirstRunResult;
  const { liveKey, testKey } = firstRun;
  return {
    ...service,
    liveKey,
    testKey,
    databaseUrl: url,
    dataDir,
    async close() {
      await service.stop();
      await remove();
    },
  };
}

interface ShopCopy {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly remove: () => Promise<void>;
}

/** A database and a data directory of one's own in which the first run has ended. */
async function copyOfShop(startBuilt: StartBuilt): Promise<ShopCopy> {
  const { admin, template } = testServer();
  const shop = await ensureShopTemplate(admin, template, async (url, dir) => {
    await (await startBuilt({ DATABASE_URL: url, DATA_DIR: dir })).stop();
  });
  const name = `touchmap_test_${randomBytes(6).toString('hex')}`;
  await copyDatabase(admin, shop.database, name);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'touchmap-flow-'));
  await cp(shop.dataDir, dataDir, { recursive: true });
  return {
    databaseUrl: databaseUrl(admin, name),
    dataDir,
    remove: async () => {
      await dropDatabase(admin, name);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
