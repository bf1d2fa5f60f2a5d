import fs from 'node:fs/promises';

/**
 * Writes a file (0600) unless it is there; answers whether it did. It is whole and on disk, or not there: a disk without room and
 * a process that is killed leave no empty file for a later start to believe, and of two processes at once one is first.
 */
export async function writeOnce(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  try {
    await fs.writeFile(draft, text, { mode: 0o600, flush: true });
    await fs.link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await fs.rm(draft, { force: true });
  }
}
