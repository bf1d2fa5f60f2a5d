import pg from 'pg';
import type { ProcessClock } from '../../platform/clock/clock.js';
import { UNHURRIED } from '../../platform/database/connection.js';
import { MIGRATIONS } from '../../platform/database/migrations.js';
import { sessionProblem } from '../../platform/database/own-sessions.js';
import { type Finding, ok, unchecked, wrong } from './finding.js';

const OLDEST = 150_000;
const SLOW_MS = 50;
const ASKED = 5;
/** Live runs on the database's time; this machine's decides how old a signed webhook may be. */
const SKEW_MS = 5_000;

/** What one process may open at most, with Redis and without (docs/operations.md, the connection budget). */
const CONNECTIONS = { withRedis: 24, alone: 32 };

/** Version, latency, clock, connections and schema. Changes nothing; throws when it cannot connect. */
export async function checkDatabase(url: string, clock: ProcessClock, hasRedis: boolean): Promise<readonly Finding[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    options: UNHURRIED,
  });
  client.on('error', () => undefined); // the query under way tells
  await client.connect();
  try {
    const { rows } = await client.query<Server>(
      `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS text,
         current_setting('transaction_read_only')::boolean AS "isReadOnly",
         ARRAY(SELECT name FROM pg_settings WHERE setting = 'off'
           AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name) AS off`,
    );
    const rounds = [];
    for (let i = 0; i < ASKED; i++) rounds.push(await round(client, clock));
    const fastest = rounds.reduce((a, b) => (b.tookMs < a.tookMs ? b : a));
    const { rows: places } = await client.query<Places>(PLACES);
    return [
      server(rows[0]!),
      durability(rows[0]!.off),
      sessions(await sessionProblem(url)),
      latency(fastest.tookMs),
      skew(fastest.aheadMs),
      connections(places[0]!, hasRedis ? CONNECTIONS.withRedis : CONNECTIONS.alone),
      await schema(client),
    ];
  } finally {
    await client.end();
  }
}

interface Server {
  readonly number: number;
  readonly text: string;
  readonly isReadOnly: boolean;
  /** What is switched off of that which keeps a commit through a crash. */
  readonly off: readonly string[];
}

export function server({ number, text, isReadOnly }: Omit<Server, 'off'>): Finding {
  if (number < OLDEST) return wrong('database', `PostgreSQL ${text} is too old`, 'use PostgreSQL 15 or newer');
  return isReadOnly
    ? wrong(
        'database',
        `PostgreSQL ${text} takes no writing`,
        'let DATABASE_URL name the primary, or unset default_transaction_read_only',
      )
    : ok('database', `PostgreSQL ${text}`);
}

/** A 202 means that the event is on disk: a server that puts that off loses the last of them when it is killed, and the letters' states. */
export function durability(off: readonly string[]): Finding {
  return off.length === 0
    ? ok('durability', 'a commit survives the server’s end')
    : wrong('durability', `what was answered may be lost with the server: off is ${off.join(', ')}`, 'set it to on');
}

/** @param problem of the way to the database; null when there is none */
export function sessions(problem: string | null): Finding {
  return problem === null
    ? ok('database sessions', 'PostgreSQL’s own')
    : wrong(
        'database sessions',
        problem,
        'let DATABASE_URL lead to PostgreSQL itself, without a pooler and without ?options=',
      );
}

/** The database's clock against the middle of the question: half of the way there and back is the uncertainty. */
async function round(client: pg.Client, clock: ProcessClock): Promise<{ tookMs: number; aheadMs: number }> {
  const sinceMs = clock.monotonicMs();
  const { rows } = await client.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  const tookMs = clock.monotonicMs() - sinceMs;
  return { tookMs, aheadMs: rows[0]!.at.getTime() - (clock.now().getTime() - tookMs / 2) };
}

export function latency(ms: number): Finding {
  const text = `answers in ${ms.toFixed(1)} ms`;
  return ms <= SLOW_MS
    ? ok('database latency', text)
    : wrong('database latency', text, 'run the service near its database: each batch asks it several times');
}

export function skew(aheadMs: number): Finding {
  const text = `the clocks of this machine and of the database differ by ${(Math.abs(aheadMs) / 1000).toFixed(1)} s`;
  return Math.abs(aheadMs) <= SKEW_MS ? ok('clock', text) : wrong('clock', text, 'synchronise both by NTP');
}

interface Places {
  /** Connections that accounts which are no superuser may have together. */
  readonly most: number;
  /** How many of them others than the service hold now. */
  readonly taken: number;
}

const PLACES = `
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
  (SELECT count(*)::int FROM pg_stat_activity
   WHERE backend_type = 'client backend' AND application_name NOT LIKE 'touchmap%' AND pid <> pg_backend_pid()) AS taken`;

/** @param needed by one process of the service */
export function connections({ most, taken }: Places, needed: number): Finding {
  const text = `room for ${most} connections, others hold ${taken}, a process of the service may open ${needed}`;
  return most - taken >= needed
    ? ok('connections', text)
    : wrong('connections', text, 'raise max_connections: docs/operations.md has the budget');
}

/**
 * A database that could not be asked. Never its address: that may hold the password.
 * @param code SQLSTATE, or what the system said
 */
export function unreachable(code: string): Finding {
  const [why, remedy] = UNREACHABLE.get(code) ?? ['it does not answer', 'start it, or correct DATABASE_URL'];
  return wrong('database', `${why} (${code})`, remedy);
}

/** Answers of a server that does run. */
const UNREACHABLE: ReadonlyMap<string, readonly [why: string, remedy: string]> = new Map([
  [
    '08P01',
    ['a pooler does not pass on what a session is asked to begin with', 'let DATABASE_URL lead to PostgreSQL itself'],
  ],
  ['53100', ['its disk is full', 'make room there, then start it again']],
  ['53300', ['it has no connection left', 'raise max_connections, or end what holds them']],
  ['28P01', ['it does not accept the password', 'correct DATABASE_URL']],
  ['28000', ['it does not let this account in', 'correct DATABASE_URL, or the server’s pg_hba.conf']],
  ['3D000', ['it has no database of that name', 'create it, or correct DATABASE_URL']],
]);

async function schema(client: pg.Client): Promise<Finding> {
  const { rows: tables } = await client.query(
    `SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename = 'migrations'`,
  );
  if (tables.length === 0)
    return unchecked('schema', 'the database is empty', 'npm start makes it, or npm run cli -- migrate');
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations');
  const done = new Set(rows.map(({ name }) => name));
  const missing = MIGRATIONS.filter(({ name }) => !done.has(name)).length;
  return missing === 0
    ? ok('schema', 'up to date')
    : wrong('schema', `${missing} migrations are missing`, 'npm run cli -- migrate, or start this version');
}
