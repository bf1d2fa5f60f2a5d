import { randomUUID } from 'node:crypto';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { TcpProxy } from '../../test/support/tcp-proxy.js';
import { givesUpAfter } from '../platform/database/connection.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { makePool } from '../platform/database/pools.js';
import { SandboxTurns } from './sandbox-turns.js';

describe('turns at a sandbox’s clock', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());

  it('are waited for also by whoever comes when one has ended and another goes on', async () => {
    const turns = new SandboxTurns(database.engine);
    const environmentId = randomUUID();
    const inside = { now: 0, most: 0 };
    const work = async (): Promise<void> => {
      inside.most = Math.max(inside.most, ++inside.now);
      for (let query = 1; query <= 10; query++) await database.engine.query('SELECT 1');
      inside.now--;
    };
    const first = turns.take(environmentId, work);
    const second = turns.take(environmentId, work);
    await first;
    await Promise.all([second, turns.take(environmentId, work)]);
    expect(inside).toEqual({ now: 0, most: 1 });
    await turns.onApplicationShutdown();
  });

  it('are given again after the connection of their locks died in silence', async () => {
    const { proxy, url } = await TcpProxy.before(database.url);
    const pool = makePool(url, null, 1, givesUpAfter(0.1));
    const turns = new SandboxTurns(new EngineDatabase(pool));
    const advance = (): Promise<string> => turns.take(randomUUID(), () => Promise.resolve('advanced'));
    expect(await advance()).toBe('advanced');
    proxy.blackhole();
    await expect(advance()).rejects.toThrow('Query read timeout');
    proxy.restore();
    expect(await advance()).toBe('advanced');
    await turns.onApplicationShutdown();
    await pool.end();
    await proxy.close();
  });
});
