import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { writeOnce } from '../../write-once.js';
import { type Account, canReach } from './account.js';

/** Where programs and clusters lie that the server's account could not reach in their own place. */
export const ELSEWHERE = '/var/lib/embedded-pg';
const NOTE = 'postgres.location';

/**
 * Where the cluster of this data directory lies: where it was made, else `<dir>/postgres`, or elsewhere when the account cannot get
 * there. The place elsewhere has a random name that only `<dir>/postgres.location` knows, so that a deleted data directory means
 * an empty database. Permissions above the directory may change between two starts; the database stays the same one.
 * @throws Error when the cluster lies in the directory and the account cannot get there any more
 */
export async function clusterLocation(
  dir: string,
  account: Account | undefined,
  log: (text: string) => void,
): Promise<string> {
  const noted = await notedPlace(dir);
  if (noted) {
    if (account) await openElsewhere();
    return noted;
  }
  const own = await ownPlace(dir);
  if (!account || (await canReach(account, dir))) return own;
  if (existsSync(path.join(own, 'PG_VERSION')))
    throw new Error(
      `The database lies in ${own}, and the account "${account.name}", which PostgreSQL runs as, cannot get there any more: ` +
        'give others the right to pass the directories above it (chmod o+x), as it was before.',
    );
  await openElsewhere();
  const made = await writeOnce(path.join(dir, NOTE), `${path.join(ELSEWHERE, randomBytes(8).toString('hex'))}\n`);
  const location = (await notedPlace(dir))!;
  if (made) log(`the account "${account.name}" cannot reach ${dir}: the database lies in ${location}`);
  return location;
}

/** The cluster of this data directory where one was made, else null. */
export async function existingCluster(dir: string): Promise<string | null> {
  if (!existsSync(dir)) return null;
  const place = (await notedPlace(dir)) ?? (await ownPlace(dir));
  return existsSync(path.join(place, 'PG_VERSION')) ? place : null;
}

/** One server for a directory, whatever links lead to it. */
async function ownPlace(dir: string): Promise<string> {
  return path.join(await fs.realpath(dir), 'postgres');
}

async function notedPlace(dir: string): Promise<string | null> {
  return (await fs.readFile(path.join(dir, NOTE), 'utf8').catch(unlessAbsent))?.trim() || null;
}

/** Everybody may pass it: made under a umask of 077, it would keep out the very account that it is for. */
async function openElsewhere(): Promise<void> {
  await fs.mkdir(ELSEWHERE, { recursive: true });
  await fs.chmod(ELSEWHERE, 0o755);
}

function unlessAbsent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}
