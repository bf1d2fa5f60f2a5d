import { Redis } from 'ioredis';
import { describeIf, hasCommand } from '../../../test/support/needs.js';
import { startRedis } from '../../../test/support/redis.js';
import { redisResult } from '../health/platform-checks.js';
import { evictionPolicy } from './eviction-policy.js';

describeIf('Redis', hasCommand('redis-server'), () => {
  it('is refused while it may drop keys, and only warned of while it is away', async () => {
    const server = await startRedis();
    expect(redisResult(await evictionPolicy(server.url))).toEqual({ state: 'ok' });
    const redis = new Redis(server.url);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    redis.disconnect();
    expect(redisResult(await evictionPolicy(server.url))).toMatchObject({ state: 'fail' });
    await server.stop();
    expect(redisResult(await evictionPolicy(server.url))).toMatchObject({ state: 'warn' });
  });
});
