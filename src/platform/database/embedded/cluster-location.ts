import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Account, canReach } from './account.js';

/** Where programs and clusters lie that the server's account could not reach in their own place. */
export const ELSEWHERE = '/var/lib/embedded-pg';

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
  await fs.mkdir(dir, { recursive: true });
  const note = path.join(dir, 'postgres.location');
  const noted = await fs.readFile(note, 'utf8').catch(unlessAbsent);
  if (noted) return noted.trim();
  const own = path.join(await fs.realpath(dir), 'postgres'); // one server for a directory, whatever links lead to it
  if (!account || (await canReach(account, dir))) return own;
  if (existsSync(path.join(own, 'PG_VERSION')))
    throw new Error(
      `The database lies in ${own}, and the account "${account.name}", which PostgreSQL runs as, cannot get there any more: ` +
        'give others the right to pass the directories above it (chmod o+x), as it was before.',
    );
  await fs.mkdir(ELSEWHERE, { recursive: true, mode: 0o755 });
  const fresh = path.join(ELSEWHERE, randomBytes(8).toString('hex'));
  const made = await fs.writeFile(`${note}.${process.pid}`, `${fresh}\n`, { mode: 0o600 }).then(() => publish(note));
  const location = (await fs.readFile(note, 'utf8')).trim();
  if (made) log(`the account "${account.name}" cannot reach ${dir}: the database lies in ${location}`);
  return location;
}

function unlessAbsent(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error;
  return null;
}

/** Gives the note its name unless another process was first: a hard link is whole or not there. */
async function publish(note: string): Promise<boolean> {
  const draft = `${note}.${process.pid}`;
  try {
    await fs.link(draft, note);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await fs.rm(draft, { force: true });
  }
}
