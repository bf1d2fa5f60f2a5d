import { type ProcessClock } from '../../platform/clock/clock.js';
import type { Env } from '../../platform/config/env.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { makePool } from '../../platform/database/pools.js';
import { openDatabase } from '../../platform/platform.js';
import { parseMailbox } from '../../delivery/mail-headers.js';
import { checkDatabase } from './check-database.js';
import { checkDataDir } from './check-data-dir.js';
import { checkSender, type Resolver } from './check-dns.js';
import { checkPublicUrl, type Fetch } from './check-public-url.js';
import { checkRedis } from './check-redis.js';
import { checkSettings } from './check-settings.js';
import { checkStores, senderDomains } from './check-stores.js';
import { checkWebhookSignature } from './check-webhook.js';
import { type Finding, wrong } from './finding.js';

/** What the doctor asks of the world. */
export interface World {
  readonly resolver: Resolver;
  readonly fetch: Fetch;
  readonly clock: ProcessClock;
}

/** Looks at everything that a running service needs, and changes nothing. `selectors` are DKIM's. */
export async function examine(env: Env, world: World, selectors: readonly string[]): Promise<readonly Finding[]> {
  const findings = [...checkSettings(env), ...(await checkDataDir(env.DATA_DIR))];
  const { findings: stored, domains } = await checkStored(env, world.clock);
  findings.push(...stored, await checkRedis(env.REDIS_URL));
  const own = domainOf(parseMailbox(env.MAIL_FROM).email);
  for (const domain of new Set([own, ...domains]))
    findings.push(...(await checkSender(world.resolver, { domain, transport: env.TRANSPORT, selectors })));
  findings.push(...(await checkPublicUrl(world.fetch, env.PUBLIC_URL, env.TRANSPORT)));
  findings.push(checkWebhookSignature(world.clock.now(), env.WEBHOOK_WINDOW_S * 1_000));
  return findings;
}

/** The database and what is in it; joins the embedded server of a running service, or starts it for a moment. */
async function checkStored(
  env: Env,
  clock: ProcessClock,
): Promise<{ readonly findings: readonly Finding[]; readonly domains: readonly string[] }> {
  try {
    const server = await openDatabase(env, () => undefined);
    try {
      const findings = await checkDatabase(server.url, clock);
      const isCurrent = findings.some(({ check, state }) => check === 'schema' && state === 'ok');
      if (!isCurrent) return { findings, domains: [] };
      const pool = makePool(server.url, 'touchmap_engine', 1);
      try {
        const sql = new EngineDatabase(pool);
        return {
          findings: [...findings, ...(await checkStores(sql, env.TRANSPORT))],
          domains: await senderDomains(sql),
        };
      } finally {
        await pool.end();
      }
    } finally {
      await server.stop();
    }
  } catch (error) {
    // Never the address: it may hold the password.
    const reason = (error as { code?: string }).code ?? (error instanceof Error ? error.name : 'unknown');
    return {
      findings: [wrong('database', `it does not answer (${reason})`, 'start it, or correct DATABASE_URL')],
      domains: [],
    };
  }
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
