import { createPostgresBackend, type ConnectionOptions, runMigrations, setDefaultBackendFactory } from 'bullmq';
import type { Env } from '../config/env.js';
import { BoundedClient } from '../database/bounded-client.js';
import { givesUpAfter, OWN, UNHURRIED } from '../database/connection.js';
import { makePool } from '../database/pools.js';

const SCHEMA = 'bullmq';
/** Four workers listen on a connection each; the rest adds and takes jobs. */
const CONNECTIONS = 8;

export interface QueueBackend {
  readonly connection: ConnectionOptions;
  /** To be called when queues and workers are closed. */
  readonly close: () => Promise<void>;
}

/** BullMQ over PostgreSQL, or over Redis when REDIS_URL is set. To be called before the first queue is made. */
export async function openQueueBackend(env: Env, databaseUrl: string): Promise<QueueBackend> {
  if (env.REDIS_URL) {
    const connection = { url: env.REDIS_URL, maxRetriesPerRequest: null } as ConnectionOptions;
    return { connection, close: () => Promise.resolve() };
  }
  // The default for the process and not withBackend(): @nestjs/bullmq makes the queues from the plain class.
  setDefaultBackendFactory(createPostgresBackend as unknown as Parameters<typeof setDefaultBackendFactory>[0]);
  await migrateQueue(databaseUrl);
  const pool = makePool(databaseUrl, null, CONNECTIONS, {
    ...givesUpAfter(env.DATABASE_TIMEOUT_S),
    options: `${OWN} -c timezone=UTC -c search_path=${SCHEMA}`,
  });
  pool.setMaxListeners(50); // each queue and worker listens to it
  return { connection: pool as unknown as ConnectionOptions, close: () => pool.end() };
}

async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new BoundedClient({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    options: UNHURRIED,
  });
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
