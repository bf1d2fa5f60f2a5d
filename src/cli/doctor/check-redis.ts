import { assertNever } from '../../domain/assert-never.js';
import { redisRefusal } from '../../platform/queue/redis-refusals.js';
import { type RedisState, redisState } from '../../platform/queue/redis-state.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

const SWEEPS = 'until then stages go on by their sweeps';

/** Whether the queue's Redis answers, takes what it is given and keeps it. */
export async function checkRedis(
  url: string | undefined,
  stateOf: (url: string) => Promise<RedisState> = redisState,
): Promise<Finding> {
  if (!url) return unchecked('redis', 'not used: wake-ups go through PostgreSQL');
  const state = await stateOf(url);
  switch (state.kind) {
    case 'answers':
      return policyFinding(state.policy);
    case 'refuses': {
      const known = redisRefusal(state.says);
      return known
        ? wrong('redis', `it ${known.what}: ${state.says}`, `${known.mend}; ${SWEEPS}`)
        : wrong('redis', `it answers ${state.says}`, `see what its own log says; ${SWEEPS}`);
    }
    case 'away':
      return wrong('redis', `it cannot be reached (${state.reason})`, `start it, or unset REDIS_URL; ${SWEEPS}`);
    default:
      return assertNever(state);
  }
}

function policyFinding(policy: string | null): Finding {
  if (policy === 'noeviction') return ok('redis', 'it answers, maxmemory-policy is noeviction');
  const mend = 'CONFIG SET maxmemory-policy noeviction';
  return policy === null
    ? wrong(
        'redis',
        'it answers, but does not tell its maxmemory-policy',
        `allow INFO to the user of REDIS_URL, and ${mend}`,
      )
    : wrong('redis', `maxmemory-policy is ${policy}: it may drop jobs`, mend);
}
