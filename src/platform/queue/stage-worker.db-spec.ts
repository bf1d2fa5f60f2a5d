import { jest } from '@jest/globals';
import { Queue } from 'bullmq';
import pg from 'pg';
import { migratedDatabase, type TestDatabase, testServer } from '../../../test/support/database.js';
import { until } from '../../../test/support/service.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import type { Env } from '../config/env.js';
import { openQueueBackend, type QueueBackend } from './queue-backend.js';
import { StageWorker } from './stage-worker.js';

const ENV = { DATABASE_TIMEOUT_S: 1 } as Env;

describe('who waits for wake-ups over PostgreSQL', () => {
  const admin = new pg.Pool({ connectionString: testServer().admin, max: 1 });
  const woken = jest.fn(() => Promise.resolve());
  let database: TestDatabase;
  let name: string;
  let proxy: TcpProxy;
  let far: QueueBackend;
  let near: QueueBackend;
  let worker: StageWorker;
  let queue: Queue;

  beforeAll(async () => {
    database = await migratedDatabase();
    name = new URL(database.url).pathname.slice(1);
    let url: string;
    ({ proxy, url } = await TcpProxy.before(database.url));
    [far, near] = [await openQueueBackend(ENV, url), await openQueueBackend(ENV, database.url)];
    queue = new Queue('delivery', { connection: near.connection });
    worker = new StageWorker('delivery', woken, far.connection);
    worker.on('error', () => undefined); // what is asked is whether it goes on
    queue.on('error', () => undefined);
  });
  afterAll(async () => {
    await Promise.all([worker.close(), queue.close()]);
    await proxy.close();
    await Promise.all([far.close(), near.close(), admin.end()]);
    await database.close();
  });

  const listens = (): Promise<void> =>
    until(
      async () =>
        (
          await admin.query(`SELECT FROM pg_stat_activity WHERE datname = $1 AND query LIKE '%LISTEN bullmq_jobs%'`, [
            name,
          ])
        ).rowCount! > 0,
      () => 'nobody listens',
    );

  it('takes them although its way to the server died in silence after it had once been refused', async () => {
    await listens();
    const told = new Promise<void>((resolve) =>
      worker.on('error', ({ message }) => void (message.includes('not currently accepting') && resolve())),
    );
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
    await told;
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await listens();
    proxy.blackhole();
    proxy.restore();
    await queue.add('wake', {}, { removeOnComplete: true });
    await until(
      () => Promise.resolve(woken.mock.calls.length > 0),
      () => 'the wake-up is left lying',
      30,
    );
  }, 60_000);
});
