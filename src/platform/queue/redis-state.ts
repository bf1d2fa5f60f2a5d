import { Redis } from 'ioredis';

const WAIT_MS = 2_000;

/** What Redis or Valkey drops when its memory is full, e.g. `noeviction`; null when it cannot be reached or does not say. */
export async function evictionPolicy(url: string): Promise<string | null> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: WAIT_MS,
    commandTimeout: WAIT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // the call below tells
  try {
    await redis.connect();
    // INFO and not CONFIG GET: hosted servers forbid CONFIG.
    return /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? null;
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}
