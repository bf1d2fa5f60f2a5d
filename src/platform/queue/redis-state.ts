import { Redis } from 'ioredis';
import { QUEUE_PREFIX } from './stages.js';

const WAIT_MS = 2_000;
/** A key as the queues' are called, for a user who may touch no other. */
const PROBE = `${QUEUE_PREFIX}:probe`;

/**
 * What Redis or Valkey answers to what a queue asks of it. `policy` is what it drops when its memory is full, e.g. `noeviction`, null
 * when it does not say; `says` are its own words: `NOAUTH Authentication required.`; `reason` is why there is no connection.
 */
export type RedisState =
  | { readonly kind: 'answers'; readonly policy: string | null }
  | { readonly kind: 'refuses'; readonly says: string }
  | { readonly kind: 'away'; readonly reason: string };

/** Connects, reads the policy and writes a key that ends by itself, all within some seconds. */
export async function redisState(url: string): Promise<RedisState> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: WAIT_MS,
    commandTimeout: WAIT_MS,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false, // it waits while the server loads its data, instead of telling
    retryStrategy: () => null,
  });
  // Why a connection ended: a call that waits for it only hears that it is closed.
  let cause: Error | undefined;
  redis.on('error', (error) => (cause ??= error));
  try {
    await redis.connect();
    await redis.set(PROBE, '1', 'PX', 1_000);
    return { kind: 'answers', policy: await policyOf(redis) };
  } catch (error) {
    const why = cause ?? (error as Error & { readonly code?: string });
    return why.name === 'ReplyError'
      ? { kind: 'refuses', says: why.message }
      : { kind: 'away', reason: (why as { readonly code?: string }).code ?? why.message };
  } finally {
    redis.disconnect();
  }
}

/** INFO and not CONFIG GET: hosted servers forbid CONFIG. */
async function policyOf(redis: Redis): Promise<string | null> {
  return /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1] ?? null;
}
