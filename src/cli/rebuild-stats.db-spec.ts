import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { aLetter } from '../../test/support/letters.js';
import { temporaryDirectory } from '../../test/support/service.js';
import type { Env } from '../platform/config/env.js';
import { readEnv } from '../platform/config/read-env.js';
import { rebuildStats } from './rebuild-stats.js';

describe('rebuild-stats', () => {
  let database: TestDatabase;
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let env: Env;

  beforeAll(async () => {
    [database, dir] = await Promise.all([migratedDatabase(), temporaryDirectory()]);
    env = readEnv({ DATABASE_URL: database.url, DATA_DIR: dir.path });
    for (const key of ['coats', 'boots']) {
      const { storeId, liveId } = await aStore(database.engine, { key });
      for (let i = 0; i < 3; i++) await aLetter(database.engine, { storeId, environmentId: liveId });
    }
  });
  afterAll(async () => {
    await database.close();
    await dir.remove();
  });
  const sent = async () => {
    const rows = await database.engine.query<{ key: string; sent: number }>(
      `SELECT s.key, coalesce(sum(d.sent), 0)::int AS sent FROM stores AS s JOIN environments AS e ON e.store_id = s.id
       LEFT JOIN stats_daily AS d ON d.environment_id = e.id GROUP BY 1`,
    );
    return Object.fromEntries(rows.map((row) => [row.key, row.sent]));
  };
  const spoil = () => database.engine.query('UPDATE stats_daily SET sent = 99');

  it('counts every store anew, and says so', async () => {
    expect(await rebuildStats(env, null)).toBe('counted the statistics of every store anew');
    expect(await sent()).toEqual({ coats: 3, boots: 3 });
    await spoil();
    await rebuildStats(env, null);
    expect(await sent()).toEqual({ coats: 3, boots: 3 });
  });

  it('counts one store and leaves the others alone', async () => {
    await spoil();
    expect(await rebuildStats(env, 'coats')).toBe('counted the statistics of coats anew');
    expect(await sent()).toEqual({ coats: 3, boots: 99 });
  });

  it('knows no store of another name', async () => {
    await expect(rebuildStats(env, 'hats')).rejects.toMatchObject({ status: 404 });
  });
});
