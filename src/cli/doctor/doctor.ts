import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ProcessClock } from '../../platform/clock/clock.js';
import type { Env } from '../../platform/config/env.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { makePool } from '../../platform/database/pools.js';
import { openDatabase } from '../../platform/platform.js';
import { parseMailbox } from '../../delivery/mail-headers.js';
import { checkDatabase, unreachable } from './check-database.js';
import { checkDataDir } from './check-data-dir.js';
import { checkSender, type Resolver } from './check-dns.js';
import { checkPublicUrl, type Fetch } from './check-public-url.js';
import { checkReferences } from './check-references.js';
import { checkRedis } from './check-redis.js';
import { checkSecret } from './check-secret.js';
import { checkSettings } from './check-settings.js';
import { checkStores, senderDomains, trackingDomains } from './check-stores.js';
import { checkWebhookSignature } from './check-webhook.js';
import { type Finding, unchecked } from './finding.js';

/** What the doctor asks of the world. */
export interface World {
  readonly resolver: Resolver;
  readonly fetch: Fetch;
  readonly clock: ProcessClock;
}

/** Looks at everything that a running service needs, and changes nothing. `selectors` are DKIM's. */
export async function examine(env: Env, world: World, selectors: readonly string[]): Promise<readonly Finding[]> {
  const findings = [...checkSettings(env), ...(await checkDataDir(env.DATA_DIR))];
  const { findings: stored, senders, trackers, fingerprint } = await checkStored(env, world.clock);
  findings.push(await checkSecret(env, fingerprint), ...stored, await checkRedis(env.REDIS_URL));
  const own = domainOf(parseMailbox(env.MAIL_FROM).email);
  for (const domain of new Set([own, ...senders]))
    findings.push(...(await checkSender(world.resolver, { domain, transport: env.TRANSPORT, selectors })));
  findings.push(...(await checkPublicUrl(world.fetch, env.PUBLIC_URL, env.TRANSPORT)));
  for (const domain of trackers)
    for (const finding of await checkPublicUrl(world.fetch, `https://${domain}`, env.TRANSPORT))
      findings.push({ ...finding, check: `${finding.check} ${domain}` });
  findings.push(checkWebhookSignature(world.clock.now(), env.WEBHOOK_WINDOW_S * 1_000));
  return findings;
}

interface Stored {
  readonly findings: readonly Finding[];
  /** Domains that stores send from, and those that the links of their letters name. */
  readonly senders: readonly string[];
  readonly trackers: readonly string[];
  /** Of the secret that the database was made with; null where that could not be read. */
  readonly fingerprint: string | null;
}

const NOTHING: Omit<Stored, 'findings'> = { senders: [], trackers: [], fingerprint: null };

/** The database and what is in it; joins the embedded server of a running service, or starts it for a moment. Makes none. */
async function checkStored(env: Env, clock: ProcessClock): Promise<Stored> {
  if (!env.DATABASE_URL && !(await hasCluster(env.DATA_DIR)))
    return { ...NOTHING, findings: [unchecked('database', 'there is none yet in DATA_DIR', 'npm start makes it')] };
  try {
    const server = await openDatabase(env, () => undefined);
    try {
      const findings = await checkDatabase(server.url, clock, env.REDIS_URL !== undefined);
      const isCurrent = findings.some(({ check, state }) => check === 'schema' && state === 'ok');
      return isCurrent ? await checkRows(server.url, env, findings) : { ...NOTHING, findings };
    } finally {
      await server.stop();
    }
  } catch (error) {
    const code = (error as { code?: string }).code ?? (error instanceof Error ? error.name : 'unknown');
    return { ...NOTHING, findings: [unreachable(code)] };
  }
}

async function checkRows(url: string, env: Env, findings: readonly Finding[]): Promise<Stored> {
  const pool = makePool(url, 'touchmap_engine', 1);
  try {
    const sql = new EngineDatabase(pool);
    return {
      findings: [...findings, ...(await checkStores(sql, env.TRANSPORT)), await checkReferences(sql)],
      senders: await senderDomains(sql),
      trackers: await trackingDomains(sql),
      fingerprint: await fingerprintOf(sql),
    };
  } finally {
    await pool.end();
  }
}

async function fingerprintOf(sql: EngineDatabase): Promise<string | null> {
  const [row] = await sql.query<{ fingerprint: string | null }>(
    `SELECT value ->> 'fingerprint' AS fingerprint FROM installation WHERE key = 'secret'`,
  );
  return row?.fingerprint ?? null;
}

/** Whether the embedded server has its files, in the data directory or where its note says. Opening it would make them. */
async function hasCluster(dir: string): Promise<boolean> {
  const note = await readFile(path.join(dir, 'postgres.location'), 'utf8').catch(() => path.join(dir, 'postgres'));
  return stat(path.join(note.trim(), 'PG_VERSION')).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
