import { type FileHandle, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../platform/data-dir.js';
import { newId } from '../platform/ids.js';
import { GroupCommit } from './group-commit.js';
import type { Hit } from './hit.js';
import { readSpool, type SpoolContent, spoolLine } from './spool-line.js';

const MAX_GROUP = 2_000;

/**
 * Hits that wait on disk while PostgreSQL is away, in `<DATA_DIR>/spool`, mode 0600. A file being written is called
 * `.open`; whoever wants to read it, this process or another one after a crash, first renames it to `.sealed`. An append
 * counts only if the file still has its old name after the fsync, else it is written again to a new one: so a reader
 * that has renamed the file sees every line that was promised, and nobody has to know whether the writer still lives.
 */
export class Spool {
  private readonly commits = new GroupCommit<Hit>((hits) => this.append(hits), MAX_GROUP, 1);
  private current: { readonly path: string; readonly file: FileHandle } | null = null;

  constructor(private readonly directory: string) {}

  /** Resolves once the hit is on disk (fsync); rejects when the disk cannot take it. */
  keep(hit: Hit): Promise<void> {
    return this.commits.add(hit);
  }

  /** Seals everything there is and names the files to be replayed, oldest first. */
  async seal(): Promise<string[]> {
    const names = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names)
      if (name.endsWith('.open'))
        await rename(join(this.directory, name), join(this.directory, sealed(name))).catch(ignoreMissing);
    return [...new Set(names.map(sealed))].filter((name) => name.endsWith('.sealed')).sort();
  }

  /** The content of a sealed file; empty when another process has replayed it meanwhile. */
  async read(name: string): Promise<SpoolContent> {
    return readSpool((await readFile(join(this.directory, name), 'utf8').catch(ignoreMissing)) ?? '');
  }

  /** Removes a file whose hits are in PostgreSQL. */
  async remove(name: string): Promise<void> {
    await unlink(join(this.directory, name)).catch(ignoreMissing);
  }

  /** Puts a damaged file aside for a person to look at; its good lines are in PostgreSQL. */
  async setAside(name: string): Promise<void> {
    await rename(join(this.directory, name), join(this.directory, `${name}.damaged`)).catch(ignoreMissing);
  }

  async close(): Promise<void> {
    await this.current?.file.close();
    this.current = null;
  }

  private async append(hits: readonly Hit[]): Promise<void> {
    const text = hits.map(spoolLine).join('');
    for (;;) {
      const { path, file } = (this.current ??= await this.create());
      try {
        await file.appendFile(text);
        await file.datasync();
        if ((await stat(path).catch(ignoreMissing)) !== undefined) return;
      } catch (error) {
        // Half a line may stand at the end of this file now: the next hit begins a new one.
        await this.close().catch(() => undefined);
        throw error;
      }
      await this.close();
    }
  }

  private async create(): Promise<{ path: string; file: FileHandle }> {
    await makeDirectory(this.directory, 0o700);
    const path = join(this.directory, `${newId()}.open`);
    const file = await open(path, 'ax', 0o600);
    // The file's name has to survive a power cut as well; Windows cannot sync a directory and does not need it.
    if (process.platform !== 'win32') {
      const directory = await open(this.directory, 'r');
      await directory.sync().finally(() => directory.close());
    }
    return { path, file };
  }
}

function sealed(name: string): string {
  return name.replace(/\.open$/, '.sealed');
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
