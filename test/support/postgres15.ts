import { execFile } from 'node:child_process';
import { chown, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './service.js';

const run = promisify(execFile);
/** Debian's package postgresql-15. */
export const POSTGRES_15 = '/usr/lib/postgresql/15/bin';

/** A PostgreSQL 15 cluster of its own on loopback, with one empty database. */
export async function startPostgres15(dir: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const data = path.join(dir, 'cluster');
  await mkdir(data, { mode: 0o700 });
  const user = await plainUser();
  if (user) await chown(data, user.uid, user.gid);
  // Root may not run PostgreSQL: pg_ctl and initdb work as a plain account.
  const as = { cwd: '/', ...(user ?? {}) };
  await run(`${POSTGRES_15}/initdb`, ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--locale=C'], as);
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
  await run(`${POSTGRES_15}/pg_ctl`, ['start', '-D', data, '-l', path.join(data, 'log'), '-w', '-o', settings], as);
  return {
    url: `postgres://owner@127.0.0.1:${port}/postgres`,
    async stop() {
      await run(`${POSTGRES_15}/pg_ctl`, ['stop', '-D', data, '-m', 'fast', '-w'], as);
    },
  };
}

async function plainUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const rows = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const row = rows.find((r) => r[0] === 'postgres') ?? rows.find((r) => r[0] === 'nobody');
  if (!row) throw new Error('no plain account to run PostgreSQL as');
  return { uid: Number(row[2]), gid: Number(row[3]) };
}
