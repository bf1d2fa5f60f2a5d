import path from 'node:path';
import type { Env } from './platform/config/env.js';
import type { Service } from './service.js';

/** What a start tells the person who made it. `/console` stays out as long as it only leads to the API's pages. */
export function welcome(
  { url, firstRun }: Pick<Service, 'url' | 'firstRun'>,
  env: Pick<Env, 'DATA_DIR' | 'ROLES'>,
): string {
  if (!env.ROLES.includes('api')) return `Touchmap answers at ${url} (${env.ROLES.join(', ')}, no API)`;
  if (!firstRun) return `Touchmap answers at ${url} (API: ${url}/docs)`;
  return `
Touchmap answers at ${url}

  live key   ${firstRun.liveKey}
  test key   ${firstRun.testKey}   (sandbox: nothing leaves the house, time stands until you advance it)

These keys are shown this once; they are kept in ${path.join(env.DATA_DIR, 'first-run.json')}.

Where to go next
  the five chains of the sandbox:  curl -H 'Authorization: Bearer ${firstRun.testKey}' ${url}/v1/scenarios
  the whole API:                   ${url}/docs
`;
}
