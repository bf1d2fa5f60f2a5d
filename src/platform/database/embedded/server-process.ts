import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { programError, runProgram } from './run-program.js';
import { isAlive } from './server-users.js';

const POLL_MS = 200;
/** In the cluster. */
const LOG_FILE = 'server.log';
const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  log_min_messages: 'warning',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const MIB = 1024 * 1024;

/**
 * PostgreSQL's own cache: an eighth of the memory that there is, from its usual 128 MB to 512. With the usual one, rows that wait
 * by the hundred thousand push out what is being worked on.
 */
function sharedBuffers(): string {
  const memory = Math.min(os.totalmem(), process.constrainedMemory() || Infinity);
  return `${Math.round(Math.min(512, Math.max(128, memory / 8 / MIB)))}MB`;
}

/** The server of one cluster, driven through pg_ctl. */
export class ServerProcess {
  constructor(
    private readonly bin: Binaries,
    private readonly cluster: string,
    private readonly password: string,
    private readonly account: Account | undefined,
  ) {}

  url(port: number, database: string): string {
    return `postgres://postgres:${this.password}@127.0.0.1:${port}/${database}`;
  }

  /** A free port: where a server that was killed had been, if nobody took it, as others may still look for it there. */
  async portToStartAt(): Promise<number> {
    return freePort((await this.lockFile()).port);
  }

  /** Starts the server; answers its port, rejects with the end of the server's log. */
  async start(settings: Readonly<Record<string, string>>, port: number): Promise<number> {
    const flags = Object.entries({ ...DEFAULTS, shared_buffers: sharedBuffers(), ...settings }).map(
      ([name, value]) => `-c ${name}=${value === '' ? "''" : value}`,
    );
    try {
      await this.control(['start', '-l', LOG_FILE, '-w', '-t', '60', '-o', [`-p ${port}`, ...flags].join(' ')]);
    } catch (cause) {
      const tail = await fs.readFile(path.join(this.cluster, LOG_FILE), 'utf8').then(
        (text) => `\n${text.split('\n').slice(-8).join('\n')}`,
        () => '',
      );
      throw programError(`PostgreSQL did not start: ${(cause as Error).message}`, tail, cause);
    }
    return port;
  }

  /** Stops the server; one that somebody else has ended already is fine. */
  async stop(): Promise<void> {
    try {
      await this.control(['stop', '-m', 'fast', '-w', '-t', '30']);
    } catch (error) {
      const running = await this.control(['status']).then(
        () => true,
        () => false,
      );
      if (running) throw error;
    }
  }

  /** The port of a live server of this cluster; a stale lock file is PostgreSQL's to clear. */
  async runningPort(waitMs = 0): Promise<number | undefined> {
    for (let waited = 0; ; waited += POLL_MS) {
      const { port } = await this.lockFile();
      if (port && (await this.isOurs(port))) return port;
      if (waited >= waitMs) return undefined;
      await pause(POLL_MS);
    }
  }

  /** Whether the server's process is there, be it still starting. */
  async isRunning(): Promise<boolean> {
    const { pid } = await this.lockFile();
    return pid > 0 && isAlive(pid);
  }

  /** What the server wrote of itself when it last started; zeros when it ended in good order. */
  private async lockFile(): Promise<{ readonly pid: number; readonly port: number }> {
    const text = await fs.readFile(path.join(this.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
    const [pid, , , port] = text.split('\n');
    return { pid: Number(pid) || 0, port: Number(port) || 0 };
  }

  /** Another program may have taken the port of a dead server: only this cluster's server counts. */
  private async isOurs(port: number): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url(port, 'postgres'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined); // reported by the query as well
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      return (await fs.realpath(rows[0]?.data_directory ?? '')) === (await fs.realpath(this.cluster));
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** In the cluster and told of it by the environment: pg_ctl gives paths among its arguments to a shell, which reads `$` in them. */
  private control(args: readonly string[]): Promise<void> {
    return runProgram(this.bin.pg_ctl, args, this.account, { cwd: this.cluster, env: { PGDATA: this.cluster } });
  }
}

/** This port if nobody has it, else any that is free; 0 for any. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', (error) => (wanted ? resolve(freePort(0)) : reject(error)));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
