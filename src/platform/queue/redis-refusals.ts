import { QUEUE_PREFIX } from './stages.js';

/** What a Redis that refuses means to its operator, and what to do. */
export interface RedisRefusal {
  readonly what: string;
  readonly mend: string;
}

/** By the first word of the server's errors. */
const REFUSALS: Readonly<Record<string, RedisRefusal>> = {
  NOAUTH: { what: 'asks for a password', mend: 'put it into REDIS_URL, before the host (:password@)' },
  WRONGPASS: { what: 'does not take the user or password of REDIS_URL', mend: 'correct them in REDIS_URL' },
  NOPERM: {
    what: 'does not let the user of REDIS_URL do what the queue needs',
    mend: `allow this user INFO and, on the keys ${QUEUE_PREFIX}:*, all commands (ACL SETUSER), then start again`,
  },
  READONLY: {
    what: 'is a replica that takes no writing',
    mend: 'let REDIS_URL name the primary, or make this one the primary: REPLICAOF NO ONE',
  },
  OOM: { what: 'has no memory left', mend: 'raise maxmemory, or free memory; keep maxmemory-policy noeviction' },
  LOADING: { what: 'is still loading its data', mend: 'wait until it has' },
  MISCONF: {
    what: 'takes no writing, as it cannot save to its disk',
    mend: 'free its disk, or CONFIG SET stop-writes-on-bgsave-error no',
  },
  NOREPLICAS: { what: 'takes no writing without its replicas', mend: 'start them, or lower min-replicas-to-write' },
  MASTERDOWN: {
    what: 'is a replica that has lost its primary',
    mend: 'let REDIS_URL name the primary',
  },
  MOVED: { what: 'is part of a cluster', mend: 'let REDIS_URL name a server that is not' },
  CLUSTERDOWN: { what: 'is part of a cluster', mend: 'let REDIS_URL name a server that is not' },
};

/** Of a server's error as it says it; null for one that is not about the server's state or the way in. */
export function redisRefusal(says: string): RedisRefusal | null {
  const word = /^[A-Z]+(?= )/.exec(says)?.[0] ?? '';
  // ERR: before Redis 6.
  return REFUSALS[/^ERR invalid password/.test(says) ? 'WRONGPASS' : word] ?? null;
}
