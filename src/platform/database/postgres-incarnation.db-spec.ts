import { migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { silentPostgres } from '../../../test/support/misbehaving-servers.js';
import { until } from '../../../test/support/service.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { PostgresIncarnation } from './postgres-incarnation.js';

describe('the lock that shows a worker alive', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let url: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    ({ proxy, url } = await TcpProxy.before(database.url));
  });
  afterAll(async () => {
    await proxy.close();
    await database.close();
  });

  const FREE = `SELECT pg_try_advisory_xact_lock(lock_key) AS free FROM workers WHERE id = $1`;
  const isFree = async (id: string): Promise<boolean> =>
    (await database.engine.query<{ free: boolean }>(FREE, [id]))[0]!.free;

  it('is held from the beginning, taken again after a break, and gone at the end', async () => {
    const life = await PostgresIncarnation.begin(url);
    expect(await isFree(life.id)).toBe(false);
    proxy.cut();
    await until(
      () => isFree(life.id),
      () => 'the lock outlives its connection',
    );
    await until(
      async () => !(await isFree(life.id)),
      () => 'the lock is not taken again',
    );
    await life.end();
    expect(await database.engine.query('SELECT FROM workers')).toEqual([]);
  });

  it('is gone at the end also of a life that is just taking it again', async () => {
    const life = await PostgresIncarnation.begin(url);
    const session = await database.engine.pool.connect();
    await session.query('BEGIN; LOCK TABLE workers IN EXCLUSIVE MODE');
    proxy.cut();
    await until(
      () => isFree(life.id),
      () => 'the lock outlives its connection',
    );
    await until(
      async () => !(await isFree(life.id)),
      () => 'the lock is not taken again',
    );
    const ended = life.end();
    await session.query('COMMIT');
    session.release();
    await ended;
    expect(await database.engine.query('SELECT FROM workers')).toEqual([]);
  });

  it('is asked for a bounded time: a server that never answers is told of, not waited for', async () => {
    const server = await silentPostgres();
    await expect(PostgresIncarnation.begin(server.url, 100)).rejects.toThrow('Query read timeout');
    await server.close();
  });
});
