import type { Env } from './config/env.js';
import { givesUpAfter } from './database/connection.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './database/embedded/embedded-postgres.js';
import { EngineDatabase } from './database/engine-database.js';
import { migrate } from './database/migrate.js';
import { makePool } from './database/pools.js';
import { PostgresIncarnation } from './database/postgres-incarnation.js';
import { untilServing } from './database/until-serving.js';
import { endEach } from './end-each.js';
import { openSecrets } from './open-secrets.js';
import type { Secrets } from './secrets.js';

const ENGINE_CONNECTIONS = 12;
/** lock_not_available and query_canceled: PostgreSQL did not wait longer. */
const GAVE_UP = new Set(['55P03', '57014']);

/** What a process opens before its modules and closes after them: the order matters at the end. */
export interface Platform {
  readonly env: Env;
  /** As the schema's owner; for migrations and the queue. */
  readonly databaseUrl: string;
  readonly engine: EngineDatabase;
  readonly secrets: Secrets;
  readonly incarnation: PostgresIncarnation;
  close(): Promise<void>;
}

/** Starts or reaches the database, brings its schema up to date and opens what every module needs of it. */
export async function openPlatform(env: Env, log: (text: string) => void): Promise<Platform> {
  const embedded = await openDatabase(env, log);
  const opened: (() => Promise<void>)[] = [() => embedded.stop()];
  const close = () => endEach(opened.splice(0).reverse());
  try {
    await untilServing(embedded.url, log);
    await migrate(embedded.url, log);
    const pool = makePool(embedded.url, 'touchmap_engine', ENGINE_CONNECTIONS, givesUpAfter(env.DATABASE_TIMEOUT_S));
    opened.push(() => pool.end());
    const engine = new EngineDatabase(pool);
    await ensureMonths(engine, log);
    const secrets = await openSecrets(env, engine);
    const incarnation = await PostgresIncarnation.begin(embedded.url);
    opened.push(() => incarnation.end());
    return { env, databaseUrl: embedded.url, engine, secrets, incarnation, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A backup or another long reading may hold what a new month's partition has to lock. Nothing needs it now: the maintenance makes it
 * later, and rows that came to the DEFAULT partition meanwhile move into it.
 */
async function ensureMonths(engine: EngineDatabase, log: (text: string) => void): Promise<void> {
  try {
    await engine.query('SELECT ensure_month_partitions(2)');
  } catch (error) {
    if (!GAVE_UP.has((error as { readonly code?: string }).code ?? '')) throw error;
    log(
      'a month’s partition could not be made now: something reads the database for long; the maintenance tries it again',
    );
  }
}

/** The database of DATABASE_URL, or the embedded one of DATA_DIR. */
export async function openDatabase(env: Env, log: (text: string) => void): Promise<EmbeddedPostgres> {
  if (env.DATABASE_URL) return { url: env.DATABASE_URL, stop: () => Promise.resolve() };
  return startEmbeddedPostgres({ dir: env.DATA_DIR, database: 'touchmap', account: env.EMBEDDED_PG_USER, log });
}
