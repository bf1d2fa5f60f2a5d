import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { UNHURRIED } from './connection.js';
import { IS_HELD } from './engine-database.js';
import { MIGRATIONS } from './migrations.js';
import { proveSessions } from './own-sessions.js';

/** Any number that only this service locks: "touchmap" in ASCII, shortened to a bigint. */
const LOCK = '8390327082911687';
/**
 * Whoever wants a table queues behind a migration that waits for it, and ingest gives up after 1.5 seconds. Longer than PostgreSQL's
 * deadlock_timeout of a second: an autovacuum gives way after that.
 */
const LOCK_MS = 1_300;
/** Between two tries the processes of the version before work off what queued. */
const PAUSE_MS = 5_000;
/** Or deadlock_detected: nothing of the step is done, and it may simply be run again. */
const WAITS = new Set([IS_HELD, '40P01']);

/**
 * Brings the schema up to date as the connecting user, who owns it. Under an advisory lock on a connection of its own:
 * two processes may start at the same moment. A step that does not get its tables soon lets everybody else pass and tries
 * again: a backup, or a session that somebody forgot, would otherwise stop the service that runs meanwhile.
 * @param tell hears what it does to a schema that is there, and what it waits for
 * @throws WrongSettings when the URL leads to no sessions of PostgreSQL's own: the lock, and the service's roles, need them
 */
export async function migrate(url: string, tell = toStderr, pauseMs = PAUSE_MS): Promise<void> {
  await proveSessions(url);
  const guard = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, options: UNHURRIED });
  // Whoever migrates is told by a statement. pg would end the process over an error that comes between two of them.
  guard.on('error', () => undefined);
  await guard.connect();
  try {
    await take(guard, tell);
    const missing = await missingIn(guard);
    if (missing > 0) tell(`the schema is brought up to date, steps: ${missing}; with many rows that takes minutes`);
    for (let told = ''; ; await pause(pauseMs)) {
      if (await isDone(url)) return;
      const holder = await holderOf(guard);
      if (holder !== told) tell(`the schema’s next step waits for its tables, which other sessions hold${holder}`);
      told = holder;
    }
  } finally {
    await guard.end();
  }
}

function toStderr(text: string): void {
  console.error(text);
}

async function take(guard: pg.Client, tell: (text: string) => void): Promise<void> {
  const { rows } = await guard.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [LOCK]);
  if (rows[0]!.taken) return;
  tell('another process brings the schema up to date; this one waits for it');
  await guard.query('SELECT pg_advisory_lock($1)', [LOCK]);
}

/** How many steps a schema that is there is behind; an empty database is not worth a word. */
async function missingIn(guard: pg.Client): Promise<number> {
  const { rows } = await guard.query<{ there: boolean }>(`SELECT to_regclass('migrations') IS NOT NULL AS there`);
  if (!rows[0]!.there) return 0;
  const done = await guard.query<{ name: string }>('SELECT name FROM migrations');
  const known = new Set(done.rows.map(({ name }) => name));
  return MIGRATIONS.filter(({ name }) => !known.has(name)).length;
}

/** Runs what is missing; false when a step did not get its locks. Those before it are done. */
async function isDone(url: string): Promise<boolean> {
  const source = await new DataSource({
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    installExtensions: false,
    logger: 'debug', // its console would tell each try as a failure
    extra: { options: `${UNHURRIED} -c lock_timeout=${LOCK_MS}` },
  }).initialize();
  try {
    await source.runMigrations();
    return true;
  } catch (error) {
    if (!WAITS.has((error as { readonly code?: string }).code ?? '')) throw error;
    return false;
  } finally {
    await source.destroy();
  }
}

/** Who has held tables for longest. What a session of another user does is hidden from all but its own kind: it is named first. */
async function holderOf(guard: pg.Client): Promise<string> {
  const { rows } = await guard.query<{ pid: number; name: string | null; since: string | null }>(`
    SELECT a.pid, nullif(a.application_name, '') AS name,
      to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
    FROM pg_stat_activity a
    WHERE a.pid <> pg_backend_pid() AND EXISTS (SELECT FROM pg_locks l
      WHERE l.pid = a.pid AND l.granted AND l.locktype = 'relation' AND l.relation >= 16384
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY a.xact_start NULLS FIRST LIMIT 1`);
  const [holder] = rows;
  if (!holder) return '';
  const { pid, name, since } = holder;
  return `; for longest the one with pid ${pid} (${[name, since && `since ${since}`].filter(Boolean).join(', ') || 'of another user'})`;
}
