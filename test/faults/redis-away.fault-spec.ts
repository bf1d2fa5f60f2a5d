import { Redis } from 'ioredis';
import { migratedDatabase, type TestDatabase } from '../support/database.js';
import { describeIf, hasCommand } from '../support/needs.js';
import { startRedis } from '../support/redis.js';
import { Service, temporaryDirectory, until } from '../support/service.js';
import { LiveShop, QUICK } from './support/live-shop.js';
import { FakeProvider } from './support/provider.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** Redis only wakes: a sweep is never further away than this. */
const SWEEP_SECONDS = 20;

describeIf('a Redis that carries the wake-ups', hasCommand('redis-server'), () => {
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let proxy: TcpProxy;
  let provider: FakeProvider;
  let service: Service;
  let worker: Service;
  let shop: LiveShop;

  beforeAll(async () => {
    dir = await temporaryDirectory();
    [database, redis, provider] = await Promise.all([migratedDatabase(), startRedis(), FakeProvider.start()]);
    proxy = await TcpProxy.to(Number(new URL(redis.url).port));
    const settings = {
      ...QUICK,
      SENDGRID_API_URL: provider.url,
      DATABASE_URL: database.url,
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
    };
    // Apart: a process that does everything wakes itself.
    service = await Service.start(dir.path, { ...settings, ROLES: 'api,tracking' });
    worker = await Service.spawn(dir.path, { ...settings, ROLES: 'worker' });
    shop = await LiveShop.open(service, provider);
  });
  afterAll(async () => {
    await worker?.end('SIGTERM');
    await service?.end('SIGTERM');
    await proxy?.close();
    await redis?.stop();
    await provider?.close();
    await database?.close();
    await dir.remove();
  });

  const command = async (...words: readonly string[]): Promise<void> => {
    const client = new Redis(redis.url);
    await client.call(words[0]!, ...words.slice(1));
    client.disconnect();
  };
  /** A cart is taken at once and its letter goes out once. */
  const works = async (name: string): Promise<void> => {
    expect((await shop.cart(name)).status).toBe(202);
    expect(await shop.lettersOf([name], SWEEP_SECONDS)).toEqual([1]);
  };

  it('may be emptied: nothing is lost', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `flushed-${i}`);
    const answers = await Promise.all(names.map((name) => shop.cart(name)));
    await command('FLUSHALL');
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await shop.lettersOf(names, SWEEP_SECONDS)).toEqual(names.map(() => 1));
    await works('after-the-flush');
  });

  it('may be full: events are taken and letters go out', async () => {
    await command('CONFIG', 'SET', 'maxmemory', '1');
    await works('full');
    await command('CONFIG', 'SET', 'maxmemory', '0');
    await works('after-full');
  });

  it('must not drop keys by itself: the service says that it is not ready', async () => {
    await command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await shop.becomesReady(503);
    expect(
      (await shop.shop.call<{ checks: Record<string, { state: string }> }>('GET', '/health/ready')).body.checks[
        'redis'
      ],
    ).toMatchObject({ state: 'fail' });
    await command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await shop.becomesReady();
  });

  it('may hang behind a route that swallows everything: events are taken and letters go out', async () => {
    proxy.blackhole();
    await works('swallowed');
    proxy.restore();
    proxy.cut();
    await works('after-the-hole');
  });

  it('may be gone and come back empty: events are taken, letters go out, and wake-ups are taken again', async () => {
    const port = Number(new URL(redis.url).port);
    await redis.kill();
    await works('gone');
    expect(await shop.ready()).toBe(200);
    redis = await startRedis(port);
    await works('back');
    const client = new Redis(redis.url);
    await until(
      async () =>
        Number(await client.get('touchmap:enrollments:id')) > 0 &&
        (await client.llen('touchmap:enrollments:wait')) === 0,
      () => `wake-ups are not added, or not taken:\n${service.output.slice(-2_000)}`,
    );
    client.disconnect();
  });

  it('may be gone when a process is told to end: it ends by itself, as one that has done its work', async () => {
    await redis.kill();
    await works('gone-at-the-end');
    expect(await Promise.all([service, worker].map((process) => process.end('SIGTERM')))).toEqual([0, 0]);
  });
});
