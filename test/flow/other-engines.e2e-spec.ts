import { existsSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { tellLiveStory } from '../support/live-story.js';
import { describeIf, hasCommand } from '../support/needs.js';
import { POSTGRES_15, startPostgres15 } from '../support/postgres15.js';
import { startRedis } from '../support/redis.js';
import { Service, temporaryDirectory, until } from '../support/service.js';

/** The same live story on everything that the service may stand on. */
describe('a left cart in live', () => {
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let service: Service | undefined;

  beforeEach(async () => {
    dir = await temporaryDirectory();
  });
  afterEach(async () => {
    await service?.end('SIGTERM');
    await dir.remove();
  });

  it('gets its letter on the embedded PostgreSQL with nothing else', async () => {
    service = await Service.start(path.join(dir.path, 'data'));
    await tellLiveStory(service);
  });

  describeIf('Redis', hasCommand('redis-server'), () => {
    it('gets its letter with wake-ups over Redis, the api and the worker in processes of their own', async () => {
      const redis = await startRedis();
      const shared = { REDIS_URL: redis.url, SECRET_KEY: 'a secret that both processes share, 32+' };
      let worker: Service | undefined;
      try {
        service = await Service.start(path.join(dir.path, 'data'), { ...shared, ROLES: 'api,tracking' });
        worker = await Service.spawn(path.join(dir.path, 'data'), { ...shared, ROLES: 'worker' });
        await tellLiveStory(service);
        await wakeUpsAreTaken(redis.url);
      } finally {
        await worker?.end('SIGTERM');
        await service?.end('SIGTERM');
        await redis.stop();
      }
    });
  });

  describeIf('PostgreSQL 15', existsSync(POSTGRES_15), () => {
    it('gets its letter on an external PostgreSQL 15, the api and the worker in processes of their own', async () => {
      const postgres = await startPostgres15(dir.path);
      const shared = { DATABASE_URL: postgres.url, SECRET_KEY: 'a secret that both processes share, 32+' };
      let worker: Service | undefined;
      try {
        service = await Service.start(path.join(dir.path, 'data'), { ...shared, ROLES: 'api,tracking' });
        worker = await Service.spawn(path.join(dir.path, 'data-of-worker'), { ...shared, ROLES: 'worker' });
        await tellLiveStory(service);
      } finally {
        await worker?.end('SIGTERM');
        await service?.end('SIGTERM');
        await postgres.stop();
      }
    });
  });
});

/** The letter would go out by the sweep as well: that a wake-up was put into Redis and is taken from there, only Redis tells. */
async function wakeUpsAreTaken(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    expect(Number(await redis.get('touchmap:enrollments:id'))).toBeGreaterThan(0);
    await until(
      async () => (await redis.llen('touchmap:enrollments:wait')) === 0,
      () => 'nobody takes the wake-ups',
      10,
    );
  } finally {
    redis.disconnect();
  }
}
