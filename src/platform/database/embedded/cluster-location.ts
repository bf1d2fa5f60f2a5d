import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Account, canReach } from './account.js';

/** Where programs and clusters lie that the server's account could not reach in their own place. */
export const ELSEWHERE = '/var/lib/embedded-pg';

/**
 * Where the cluster of this data directory lies: `<dir>/postgres`, or elsewhere when the account cannot get there. The
 * place elsewhere has a random name that only `<dir>/postgres.location` knows, so that a deleted data directory means
 * an empty database.
 */
export async function clusterLocation(
  dir: string,
  account: Account | undefined,
  log: (text: string) => void,
): Promise<string> {
  await fs.mkdir(dir, { recursive: true });
  if (!account || (await canReach(account, dir))) return path.join(path.resolve(dir), 'postgres');
  await fs.mkdir(ELSEWHERE, { recursive: true, mode: 0o755 });
  const note = path.join(dir, 'postgres.location');
  const fresh = path.join(ELSEWHERE, randomBytes(8).toString('hex'));
  const made = await fs.writeFile(`${note}.${process.pid}`, `${fresh}\n`, { mode: 0o600 }).then(() => publish(note));
  const location = (await fs.readFile(note, 'utf8')).trim();
  if (made) log(`the account "${account.name}" cannot reach ${dir}: the database lies in ${location}`);
  return location;
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
