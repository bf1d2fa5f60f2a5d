import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { clusterDirectory } from '../../../../test/support/cluster-directory.js';
import { until } from '../../../../test/support/service.js';

const SUPPORT = fileURLToPath(new URL('../../../../test/support/', import.meta.url));

interface User {
  readonly child: ChildProcess;
  readonly url: string;
}

interface Circumstances {
  /** What a shell does first, in the process that then uses the server. */
  readonly first?: string;
  readonly account?: string;
  /** The shell and what runs it. */
  readonly shell?: readonly string[];
}

/** A process of its own that uses the server of this directory. */
async function start(dir: string, { first = ':', account, shell = ['sh'] }: Circumstances = {}): Promise<User> {
  const command = [
    ...[...shell, '-c', `${first}; exec "$0" "$@"`, process.execPath],
    ...['--import', path.join(SUPPORT, 'register-typescript.mjs'), path.join(SUPPORT, 'embedded-child.ts'), dir],
    ...(account ? [account] : []),
  ];
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', () => reject(new Error(errors)));
  });
  return { child, url };
}

async function end({ child }: User, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}

/** Takes a cluster away that lies elsewhere. */
async function remove(place: string): Promise<void> {
  for (const suffix of ['', '.password', '.users']) await fs.rm(place + suffix, { recursive: true, force: true });
}

async function postmaster(dir: string): Promise<number> {
  return Number((await fs.readFile(path.join(dir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

describe('the embedded PostgreSQL', () => {
  let parent: string;
  let dir: string;
  const location = () => fs.readFile(path.join(dir, 'postgres.location'), 'utf8').then((text) => text.trim());

  beforeEach(async () => {
    parent = await clusterDirectory('touchmap-embedded-');
    dir = path.join(parent, 'data');
  });
  afterEach(async () => {
    await fs.rm(parent, { recursive: true, force: true });
  });

  it('keeps its data between starts and leaves nothing running', async () => {
    const first = await start(dir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await end(first, 'SIGTERM');
    expect(existsSync(path.join(dir, 'postgres', 'postmaster.pid'))).toBe(false);
    const second = await start(dir);
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([7]);
    await end(second, 'SIGTERM');
  });

  it('takes a directory whose name a shell would read', async () => {
    const name =
      process.platform === 'win32' ? 'a $b' : `$HOME $(touch broken) \`touch broken\` "q" it's \\ & ; % # ~ * магазин`;
    dir = path.join(parent, name, 'data');
    const first = await start(dir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await end(first, 'SIGTERM');
    expect((await fs.readdir(dir)).sort()).toEqual(['postgres', 'postgres.password', 'postgres.users']);
    const second = await start(dir);
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([7]);
    await end(second, 'SIGTERM');
  });

  it('is adopted, still running, after kill -9 of its process, and stopped by the next one', async () => {
    const killed = await start(dir);
    const pid = await postmaster(dir);
    await end(killed, 'SIGKILL');
    const next = await start(dir);
    expect(await postmaster(dir)).toBe(pid);
    await end(next, 'SIGTERM');
    expect(existsSync(path.join(dir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('comes back after a kill -9 of the server itself left a stale pid file', async () => {
    const user = await start(dir);
    await query(user.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await end(user, 'SIGKILL');
    process.kill(await postmaster(dir), 'SIGKILL');
    const next = await start(dir);
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([7]);
    await end(next, 'SIGTERM');
  });

  it('is one server for two processes that start at once, by two paths to one directory, and the last of them stops it', async () => {
    await fs.mkdir(dir);
    const link = path.join(parent, 'current');
    await fs.symlink(dir, link);
    const [one, two] = await Promise.all([start(dir), start(link)]);
    expect(one.url).toBe(two.url);
    await end(one, 'SIGTERM');
    expect(await query(two.url, 'SELECT 1')).toEqual([1]);
    await end(two, 'SIGTERM');
    expect(existsSync(path.join(dir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('is started again at its port when it is killed while it is in use, and is one server for all who see it', async () => {
    const [one, two] = [await start(dir), await start(dir)];
    await query(one.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    process.kill(await postmaster(dir), 'SIGKILL');
    for (const { url } of [one, two])
      await until(
        async () => (await query(url, 'SELECT n FROM kept').catch(() => [])).length > 0,
        () => 'the server did not come back',
      );
    await end(one, 'SIGTERM');
    expect(await query(two.url, 'SELECT n FROM kept')).toEqual([7]);
    await end(two, 'SIGTERM');
    expect(existsSync(path.join(dir, 'postgres', 'postmaster.pid'))).toBe(false);
  });

  it('is made after a first start that ended while it wrote the password', async () => {
    await expect(start(dir, { first: 'ulimit -f 0' })).rejects.toThrow();
    const next = await start(dir);
    expect(await query(next.url, 'SELECT 1')).toEqual([1]);
    await end(next, 'SIGTERM');
  });

  it('is made after a first start that was killed and had the same number, as in a container', async () => {
    const user = await start(dir, { first: `mkdir -p '${dir}/postgres.initdb-'$$/base` });
    expect(await query(user.url, 'SELECT 1')).toEqual([1]);
    await end(user, 'SIGTERM');
    expect((await fs.readdir(dir)).sort()).toEqual(['postgres', 'postgres.password', 'postgres.users']);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('keeps the account that it was made with, and says when there is none of the name', async () => {
    await end(await start(dir, { account: 'nobody' }), 'SIGTERM');
    const { uid } = await fs.stat(path.join(dir, 'postgres'));
    const again = await start(dir);
    expect(await query(again.url, 'SELECT 1')).toEqual([1]);
    await end(again, 'SIGTERM');
    expect((await fs.stat(path.join(dir, 'postgres'))).uid).toBe(uid);
    await expect(start(path.join(parent, 'other'), { account: 'ghost' })).rejects.toThrow(
      /EMBEDDED_PG_USER must be an account of this machine that is not root \(it is "ghost"\)/,
    );
  });

  asRoot(
    'lies under a random name elsewhere when its account cannot reach the directory, which a deleted directory forgets',
    async () => {
      await fs.chmod(parent, 0o700);
      const first = await start(dir);
      await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
      const before = await location();
      await end(first, 'SIGTERM');
      const again = await start(dir);
      expect(await query(again.url, 'SELECT n FROM kept')).toEqual([7]);
      await end(again, 'SIGTERM');
      await fs.rm(dir, { recursive: true });
      const empty = await start(dir);
      expect(await location()).not.toBe(before);
      expect(await query(empty.url, `SELECT to_regclass('kept')`)).toEqual([null]);
      await end(empty, 'SIGTERM');
      for (const place of [before, await location()]) await remove(place);
    },
  );

  const withMounts = spawnSync('unshare', ['-m', 'true']).status === 0 ? asRoot : it.skip;
  withMounts('lies elsewhere for its account too where nobody else may read what root makes', async () => {
    // A /var/lib of its own, where nothing was made before.
    const alone = { shell: ['unshare', '-m', 'sh'], first: 'umask 077; mount -t tmpfs tmpfs /var/lib' };
    const user = await start(dir, alone);
    expect(await query(user.url, 'SELECT 1')).toEqual([1]);
    await end(user, 'SIGTERM');
    expect(await location()).toMatch(/^\/var\/lib\//);
  });

  asRoot('is the same one after the directories above it were opened to its account', async () => {
    await fs.chmod(parent, 0o700);
    const first = await start(dir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await end(first, 'SIGTERM');
    await fs.chmod(parent, 0o755);
    const again = await start(dir);
    expect(await query(again.url, 'SELECT n FROM kept')).toEqual([7]);
    await end(again, 'SIGTERM');
    await remove(await location());
  });

  asRoot('says that its account cannot get there any more, and makes no other one in its place', async () => {
    await end(await start(dir), 'SIGTERM');
    await fs.chmod(parent, 0o700);
    await expect(start(dir)).rejects.toThrow(/cannot get there any more/);
    expect(existsSync(path.join(dir, 'postgres.location'))).toBe(false);
  });
});
