import { evictionPolicy } from '../../platform/queue/eviction-policy.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

/** Whether the queue's Redis answers and keeps what it is given. */
export async function checkRedis(
  url: string | undefined,
  policyOf: (url: string) => Promise<string | null> = evictionPolicy,
): Promise<Finding> {
  if (!url) return unchecked('redis', 'not used: wake-ups go through PostgreSQL');
  const policy = await policyOf(url);
  if (policy === null)
    return wrong(
      'redis',
      'it cannot be reached',
      'start it, or unset REDIS_URL; until then stages go on by their sweeps',
    );
  return policy === 'noeviction'
    ? ok('redis', 'it answers, maxmemory-policy is noeviction')
    : wrong('redis', `maxmemory-policy is ${policy}: it may drop jobs`, 'CONFIG SET maxmemory-policy noeviction');
}
