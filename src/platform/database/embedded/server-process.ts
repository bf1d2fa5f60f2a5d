import fs from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { runProgram } from './run-program.js';

const POLL_MS = 200;
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

  /** Starts the server on a free port; rejects with the end of the server's log. */
  async start(settings: Readonly<Record<string, string>>): Promise<number> {
    const port = await freePort();
    const flags = Object.entries({ ...DEFAULTS, shared_buffers: sharedBuffers(), ...settings }).map(
      ([name, value]) => `-c ${name}=${value === '' ? "''" : value}`,
    );
    const logFile = path.join(this.cluster, 'server.log');
    try {
      await this.control([
        'start',
        '-D',
        this.cluster,
        '-l',
        logFile,
        '-w',
        '-t',
        '60',
        '-o',
        [`-p ${port}`, ...flags].join(' '),
      ]);
    } catch (cause) {
      const tail = await fs.readFile(logFile, 'utf8').then(
        (text) => text.split('\n').slice(-8).join('\n'),
        () => '',
      );
      throw new Error(`PostgreSQL did not start: ${(cause as Error).message}\n${tail}`, { cause });
    }
    return port;
  }

  /** Stops the server; one that somebody else has ended already is fine. */
  async stop(): Promise<void> {
    try {
      await this.control(['stop', '-D', this.cluster, '-m', 'fast', '-w', '-t', '30']);
    } catch (error) {
      const running = await this.control(['status', '-D', this.cluster]).then(
        () => true,
        () => false,
      );
      if (running) throw error;
    }
  }

  /** The port of a live server of this cluster (line 4 of postmaster.pid); a stale file is PostgreSQL's to clear. */
  async runningPort(waitMs = 0): Promise<number | undefined> {
    for (let waited = 0; ; waited += POLL_MS) {
      const text = await fs.readFile(path.join(this.cluster, 'postmaster.pid'), 'utf8').catch(() => '');
      const port = Number(text.split('\n')[3]);
      if (port && (await this.isOurs(port))) return port;
      if (waited >= waitMs) return undefined;
      await pause(POLL_MS);
    }
  }

  /** Another program may have taken the port of a dead server: only this cluster's server counts. */
  private async isOurs(port: number): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url(port, 'postgres'), connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined); // reported by the query as well
    try {
      await client.connect();
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      return path.resolve(rows[0]?.data_directory ?? '') === path.resolve(this.cluster);
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private control(args: readonly string[]): Promise<void> {
    return runProgram(this.bin.pg_ctl, args, this.account);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
