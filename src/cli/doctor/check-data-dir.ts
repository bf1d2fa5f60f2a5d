import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { type Finding, ok, unchecked, wrong } from './finding.js';

/** Files that nobody but the service may read. */
const SECRET_FILES = ['secret', 'first-run.json', 'postgres.password'];

/** PostgreSQL stops for good when its disk is full, and needs some to start again. */
const LEAST_FREE_BYTES = 1024 ** 3;

/** Whether the data directory can be written and has room, and its secrets are secret. */
export async function checkDataDir(dir: string): Promise<readonly Finding[]> {
  const found = await stat(dir).catch(() => null);
  if (!found) return [unchecked('data directory', `${dir} is not there yet`, 'npm start makes it')];
  if (!found.isDirectory()) return [wrong('data directory', `${dir} is a file`, 'name a directory in DATA_DIR')];
  const isWritable = await access(dir, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable)
    return [wrong('data directory', `${dir} cannot be written`, 'give it to the user that runs the service')];
  const { bavail, bsize } = await statfs(dir);
  return [await secrets(dir), room(bavail * bsize)];
}

/** @param freeBytes what the account may still fill of the disk */
export function room(freeBytes: number): Finding {
  const text = `${(freeBytes / LEAST_FREE_BYTES).toFixed(1)} GiB of its disk are free`;
  return freeBytes >= LEAST_FREE_BYTES
    ? ok('disk', text)
    : wrong('disk', text, 'make room: on a full disk no event is taken and no letter goes out');
}

async function secrets(dir: string): Promise<Finding> {
  const open: string[] = [];
  for (const name of SECRET_FILES) {
    const file = await stat(path.join(dir, name)).catch(() => null);
    if (file && (file.mode & 0o077) !== 0) open.push(name);
  }
  return open.length === 0
    ? ok('data directory', `${dir} can be written, its secrets are closed`)
    : wrong(
        'data directory',
        `others may read ${open.join(', ')}`,
        `chmod 600 ${open.map((name) => path.join(dir, name)).join(' ')}`,
      );
}
