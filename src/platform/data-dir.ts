import fs from 'node:fs/promises';
import path from 'node:path';
import { WrongSettings } from './config/read-env.js';

/**
 * Makes the data directory where it is not there, and proves that files can be made in it.
 * @throws WrongSettings when it cannot be made or takes no files; a disk that is merely full is no wrong setting
 */
export async function makeDataDir(dir: string): Promise<void> {
  try {
    await makeDirectory(dir);
    await fs.rmdir(await fs.mkdtemp(path.join(dir, '.probe-')));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    throw new WrongSettings(
      `Wrong settings:\n  DATA_DIR must be a directory in which this account can make files (it is "${dir}": ${message})`,
    );
  }
}

/**
 * Makes a directory, and those above it, unless it is there. Not by `recursive`: below a directory that takes nothing, as /proc,
 * Node.js then tries for ever, in a thread that keeps the process from ending.
 */
export async function makeDirectory(dir: string, mode?: number): Promise<void> {
  if (await isDirectory(dir)) return;
  const parent = path.dirname(path.resolve(dir));
  if (parent !== path.resolve(dir)) await makeDirectory(parent, mode);
  try {
    await fs.mkdir(dir, { mode });
  } catch (error) {
    if (!(await isDirectory(dir))) throw error; // else another process made it meanwhile
  }
}

function isDirectory(dir: string): Promise<boolean> {
  return fs.stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
