import type { Env } from '../../platform/config/env.js';
import { migrate } from '../../platform/database/migrate.js';
import { openDatabase } from '../../platform/platform.js';
import { backupDatabase } from './backup.js';
import { restoreDatabase } from './restore.js';

/** Writes a backup; answers what to tell. */
export function backup(env: Env, file: string): Promise<string> {
  return withUrl(
    env,
    async (url) => `wrote ${await backupDatabase(url, file)} rows to ${file}; keep SECRET_KEY with it`,
  );
}

/** Restores one; answers what to tell. */
export function restore(env: Env, file: string): Promise<string> {
  return withUrl(env, async (url) => `restored ${await restoreDatabase(url, file)} rows from ${file}`);
}

/** Migrates first: a backup and its restore name the schema that they belong to. */
async function withUrl(env: Env, work: (url: string) => Promise<string>): Promise<string> {
  const server = await openDatabase(env, () => undefined);
  try {
    await migrate(server.url);
    return await work(server.url);
  } finally {
    await server.stop();
  }
}
