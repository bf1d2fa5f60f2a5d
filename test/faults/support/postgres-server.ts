import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type Account, serverAccount } from '../../../src/platform/database/embedded/account.js';
import { type Binaries, findBinaries } from '../../../src/platform/database/embedded/binaries.js';
import { initialiseCluster } from '../../../src/platform/database/embedded/initialise-cluster.js';
import { migrate } from '../../../src/platform/database/migrate.js';
import { clusterDirectory } from '../../support/cluster-directory.js';
import { freePort, until } from '../../support/service.js';

const MODES = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

/** A PostgreSQL that a test may stop, kill and freeze; always at the same address. */
export class PostgresServer {
  private child: ChildProcess | undefined;
  private log = '';

  private constructor(
    private readonly dirs: readonly [string, ...string[]],
    private readonly bin: Binaries,
    private readonly account: Account | undefined,
    private readonly password: string,
    readonly port: number,
    private readonly settings: readonly string[],
  ) {
    process.once('exit', () => this.child?.kill('SIGQUIT'));
  }

  /** Makes a cluster of its own with one migrated database, and starts it. */
  static async start(
    settings: readonly string[] = [],
    { dataIn, walElsewhere = false }: { readonly dataIn?: string; readonly walElsewhere?: boolean } = {},
  ): Promise<PostgresServer> {
    const dir = await directoryOfOwn(dataIn);
    const account = await serverAccount(null, process.env.EMBEDDED_PG_USER);
    const bin = await findBinaries(account, () => undefined);
    const cluster = path.join(dir, 'cluster');
    const password = await initialiseCluster(bin, cluster, account, () => undefined);
    const elsewhere = walElsewhere ? await movedWal(cluster, account) : undefined;
    // A password costs both sides 10 ms a connection, and connections are broken here by the hundred.
    await writeFile(path.join(cluster, 'pg_hba.conf'), 'host all all 127.0.0.1/32 trust\n');
    const server = new PostgresServer([dir, ...(elsewhere ?? [])], bin, account, password, await freePort(), settings);
    await server.begin();
    await server.query('CREATE DATABASE touchmap', 'postgres');
    await migrate(server.url);
    return server;
  }

  get url(): string {
    return this.urlOf('touchmap');
  }

  /** Starts the server again and waits until it answers. */
  async begin(): Promise<void> {
    const { uid, gid } = this.account ?? {};
    const flags = ['listen_addresses=127.0.0.1', `unix_socket_directories=`, 'timezone=UTC', ...this.settings];
    await until(
      async () => {
        const child = spawn(
          this.bin.postgres,
          ['-D', path.join(this.dirs[0], 'cluster'), '-p', String(this.port), ...flags.flatMap((flag) => ['-c', flag])],
          { cwd: '/', env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'], uid, gid },
        );
        child.stderr.on('data', (chunk: Buffer) => (this.log = (this.log + chunk.toString()).slice(-20_000)));
        this.child = child;
        // A killed server's processes may need a moment to go: then this one ends and the next try is the one.
        while (child.exitCode === null && child.signalCode === null) if (await this.answers()) return true;
        return false;
      },
      () => `PostgreSQL does not start:\n${this.log}`,
    );
  }

  /** Ends the server and waits for it. `kill` is kill -9 of the postmaster alone, as the out-of-memory killer does it. */
  async end(mode: keyof typeof MODES): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(MODES[mode]);
    await gone;
  }

  /** SIGSTOP for every process of the server: connections stay open and nobody answers. */
  async freeze(): Promise<void> {
    await this.tellAll('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.tellAll('SIGCONT');
  }

  /** One statement on a connection of its own, as the owner. */
  async query<R extends object = Record<string, unknown>>(
    text: string,
    database = 'touchmap',
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    const client = new pg.Client({ connectionString: this.urlOf(database) });
    client.on('error', () => undefined); // told by the query as well
    await client.connect();
    try {
      return (await client.query<R>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops it and removes everything. */
  async close(): Promise<void> {
    await this.thaw();
    await this.end('immediate');
    for (const dir of this.dirs) await rm(dir, { recursive: true, force: true });
  }

  /** What the server said last. */
  get output(): string {
    return this.log;
  }

  get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  private async tellAll(signal: NodeJS.Signals): Promise<void> {
    for (const pid of await this.pids())
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone meanwhile
      }
  }

  private urlOf(database: string): string {
    return `postgres://postgres:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  private async answers(): Promise<boolean> {
    const answered = await this.query('SELECT 1', 'postgres').then(
      () => true,
      () => false,
    );
    if (!answered) await new Promise((resolve) => setTimeout(resolve, 50));
    return answered;
  }

  /** The postmaster and its children (Linux). */
  private async pids(): Promise<number[]> {
    const master = this.child?.exitCode === null ? this.child.pid : undefined;
    if (!master) return [];
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const parents = await Promise.all(
      names.map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        return { pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
      }),
    );
    return [master, ...parents.filter(({ parent }) => parent === master).map(({ pid }) => pid)];
  }
}

async function directoryOfOwn(within: string | undefined): Promise<string> {
  if (within === undefined) return clusterDirectory('touchmap-faults-');
  const dir = await mkdtemp(path.join(within, 'touchmap-faults-'));
  await chmod(dir, 0o755);
  return dir;
}

/** Puts the log of changes onto another disk; the directory that it lies in now. */
async function movedWal(cluster: string, account: Account | undefined): Promise<readonly string[]> {
  const dir = await clusterDirectory('touchmap-wal-');
  const wal = path.join(dir, 'pg_wal');
  await cp(path.join(cluster, 'pg_wal'), wal, { recursive: true });
  await rm(path.join(cluster, 'pg_wal'), { recursive: true });
  await symlink(wal, path.join(cluster, 'pg_wal'));
  if (account)
    for (const at of [wal, ...(await readdir(wal)).map((name) => path.join(wal, name))])
      await chown(at, account.uid, account.gid);
  return [dir];
}
