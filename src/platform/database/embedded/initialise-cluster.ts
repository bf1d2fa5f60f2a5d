import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { writeOnce } from '../../write-once.js';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { runProgram } from './run-program.js';

/** The major version of the programs that are installed. */
const MAJOR = '18';

/** Makes the cluster unless it is there and answers the password of its superuser. */
export async function initialiseCluster(
  bin: Binaries,
  cluster: string,
  account: Account | undefined,
  log: (text: string) => void,
): Promise<string> {
  const passwordFile = `${cluster}.password`;
  if (!existsSync(path.join(cluster, 'PG_VERSION'))) await initialise(bin, cluster, passwordFile, account, log);
  const version = (await fs.readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version !== MAJOR)
    throw new Error(
      `${cluster} was made by PostgreSQL ${version}, and this version brings ${MAJOR}. Dump and restore it, or set DATABASE_URL.`,
    );
  return (await fs.readFile(passwordFile, 'utf8')).trim();
}

async function initialise(
  bin: Binaries,
  cluster: string,
  passwordFile: string,
  account: Account | undefined,
  log: (text: string) => void,
): Promise<void> {
  log(`creating a database in ${cluster}`);
  const fresh = `${cluster}.initdb-${process.pid}`; // renamed at the end: a killed initdb leaves no half-made cluster
  await fs.rm(fresh, { recursive: true, force: true }); // of a killed one: in a container every process has the same number
  await fs.mkdir(fresh, { mode: 0o700 });
  await writeOnce(passwordFile, `${randomBytes(24).toString('base64url')}\n`);
  if (account) for (const file of [fresh, passwordFile]) await fs.chown(file, account.uid, account.gid);
  const options = ['-D', fresh, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  try {
    await runProgram(bin.initdb, [...options, ...locale, '--no-instructions'], account);
    await fs.rename(fresh, cluster);
  } catch (error) {
    await fs.rm(fresh, { recursive: true, force: true });
    if (!existsSync(path.join(cluster, 'PG_VERSION'))) throw error; // else another process made it meanwhile
  }
}
