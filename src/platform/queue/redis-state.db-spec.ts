import { Redis } from 'ioredis';
import { describeIf, hasCommand } from '../../../test/support/needs.js';
import { startRedis } from '../../../test/support/redis.js';
import { redisResult } from '../health/platform-checks.js';
import { redisState } from './redis-state.js';

describeIf('Redis', hasCommand('redis-server'), () => {
  let server: Awaited<ReturnType<typeof startRedis>>;

  beforeEach(async () => void (server = await startRedis()));
  afterEach(() => server.stop());

  const told = async (url = server.url) => redisResult(await redisState(url));
  /** What an operator does to it. */
  const set = async (...settings: readonly (readonly [string, string])[]) => {
    const redis = new Redis(server.url);
    for (const [name, value] of settings) await redis.config('SET', name, value);
    redis.disconnect();
  };
  const detail = (text: string) => ({ state: 'warn', detail: expect.stringContaining(text) as unknown });

  it('is refused while it may drop keys, and only warned of while it is away', async () => {
    expect(await told()).toEqual({ state: 'ok' });
    await set(['maxmemory-policy', 'allkeys-lru']);
    expect(await told()).toMatchObject({ state: 'fail' });
    await server.stop();
    expect(await told()).toMatchObject(detail('cannot be reached (ECONNREFUSED)'));
  });

  it('that wants a password, or another one, is told as such, and is well with the right one', async () => {
    await set(['requirepass', 'open sesame']);
    expect(await told()).toMatchObject(detail('asks for a password (put it into REDIS_URL'));
    const withPassword = (password: string) => server.url.replace('//', `//:${encodeURIComponent(password)}@`);
    expect(await told(withPassword('wrong'))).toMatchObject(detail('does not take the user or password of REDIS_URL'));
    expect(await told(withPassword('open sesame'))).toEqual({ state: 'ok' });
  });

  it('that lets its user do nothing is told as such', async () => {
    const redis = new Redis(server.url);
    await redis.call('ACL', 'SETUSER', 'weak', 'on', '>pw', '~*', '+ping');
    redis.disconnect();
    expect(await told(server.url.replace('//', '//weak:pw@'))).toMatchObject(
      detail('allow this user INFO and, on the keys touchmap:*, all commands'),
    );
  });

  it('that is full is told as such, with the setting that helps', async () => {
    await set(['maxmemory', '1'], ['maxmemory-policy', 'noeviction']);
    expect(await told()).toMatchObject(detail('raise maxmemory'));
  });

  it('that is a replica is told as such', async () => {
    const redis = new Redis(server.url);
    await redis.call('REPLICAOF', '127.0.0.1', '1');
    redis.disconnect();
    expect(await told()).toMatchObject(detail('let REDIS_URL name the primary'));
  });
});
