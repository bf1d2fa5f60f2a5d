import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Hits that wait on disk for PostgreSQL. */
export interface SpoolSize {
  readonly files: number;
  readonly bytes: number;
  /** Files that a person should look at: some of their lines were unreadable. */
  readonly damaged: number;
}

/** What lies in `<DATA_DIR>/spool`; a file that goes meanwhile counts nothing. */
export async function spoolSize(dataDir: string): Promise<SpoolSize> {
  const directory = join(dataDir, 'spool');
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(directory, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const damaged = names.filter((name) => name.endsWith('.damaged')).length;
  return { files: names.length - damaged, bytes: sizes.reduce((sum, size) => sum + size, 0), damaged };
}
