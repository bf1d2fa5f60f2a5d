import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DataSource } from 'typeorm';
import type { EngineDatabase } from '../../src/platform/database/engine-database.js';
import { readEnv } from '../../src/platform/config/read-env.js';
import { JsonLogger } from '../../src/platform/logging/console-logger.js';
import { openPlatform } from '../../src/platform/platform.js';
import { startService } from '../../src/service.js';
import { migratedDatabase } from './database.js';
import { type Answer, Shop } from './shop.js';

/** The whole service in this process, on a database and a data directory of its own. */
export interface FlowApp {
  readonly url: string;
  readonly liveKey: string;
  readonly testKey: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly engine: EngineDatabase;
  readonly dataSource: DataSource;
  /** One request with a key (the test key by default). */
  api<T = unknown>(method: string, path: string, body?: unknown, key?: string): Promise<Answer<T>>;
  close(): Promise<void>;
}

/** Starts it on a random port, first run included. Close it in afterAll. */
export async function startApp({
  env = {},
}: { readonly env?: Readonly<Record<string, string>> } = {}): Promise<FlowApp> {
  const database = await migratedDatabase();
  const dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'touchmap-flow-'));
  const settings = readEnv({ PORT: '0', DATA_DIR: dataDir, DATABASE_URL: database.url, LOG_LEVEL: 'warn', ...env });
  Logger.overrideLogger(new JsonLogger(settings.LOG_LEVEL));
  const platform = await openPlatform(settings, () => undefined);
  const end = async () => {
    await platform.close();
    await database.close();
    await fs.rm(dataDir, { recursive: true, force: true });
  };
  const service = await startService(platform).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  const { liveKey, testKey } = service.firstRun ?? { liveKey: '', testKey: '' }; // only processes of the role api make one
  return {
    url: service.url,
    liveKey,
    testKey,
    databaseUrl: database.url,
    dataDir,
    engine: platform.engine,
    dataSource: service.dataSource,
    api: (method, at, body, key = testKey) => new Shop(service.url, key).call(method, at, body),
    async close() {
      await service.close();
      await end();
    },
  };
}
