import type { Env } from '../platform/config/env.js';
import { givesUpAfter } from '../platform/database/connection.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { migrate } from '../platform/database/migrate.js';
import { makePool } from '../platform/database/pools.js';
import { openDatabase } from '../platform/platform.js';

/**
 * Does something with the migrated database for a command's own time: joins the server of a running service, or starts
 * the embedded one and stops it again.
 * @param statementS how long one of its statements may take, in seconds; a minute by default
 */
export async function withDatabase<T>(
  env: Env,
  work: (engine: EngineDatabase) => Promise<T>,
  { statementS = 60 }: { readonly statementS?: number } = {},
): Promise<T> {
  const server = await openDatabase(env, () => undefined);
  try {
    await migrate(server.url);
    const pool = makePool(server.url, 'touchmap_engine', 2, givesUpAfter(statementS));
    try {
      return await work(new EngineDatabase(pool));
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
  }
}
