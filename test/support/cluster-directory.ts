import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const MEMORY = '/dev/shm';
/** A whole run's servers stay below a quarter of this. */
const ENOUGH_BYTES = 8 * 2 ** 30;

/**
 * A new directory for a throw-away cluster: in memory where there is plenty of it, else where temporary files go. A test
 * database is a copy of four hundred files, which took 0.7 s on a disk and takes 0.05 s in memory; making a cluster waits 2.6 s
 * for a disk. A server's account gets in also when the tests run as root.
 */
export async function clusterDirectory(prefix: string): Promise<string> {
  const directory = await mkdtemp(path.join((await hasMemoryToSpare()) ? MEMORY : os.tmpdir(), prefix));
  await chmod(directory, 0o755);
  return directory;
}

async function hasMemoryToSpare(): Promise<boolean> {
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 })); // only Linux has it
  return Math.min(bavail * bsize, process.availableMemory()) > ENOUGH_BYTES;
}
