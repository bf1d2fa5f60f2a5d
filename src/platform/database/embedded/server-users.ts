import fs from 'node:fs/promises';
import path from 'node:path';

/**
 * The processes that use a cluster's server, one file each beside the cluster. Whoever leaves last stops the server, so
 * a command line tool may come and go beside the service in any order; files of killed processes count for nothing.
 */
export class ServerUsers {
  private readonly directory: string;

  constructor(cluster: string) {
    this.directory = `${cluster}.users`;
  }

  /** Counts this process as a user: to be called before it looks for a running server. */
  async join(): Promise<void> {
    await fs.mkdir(this.directory, { recursive: true });
    await fs.writeFile(path.join(this.directory, String(process.pid)), await startOf(process.pid));
  }

  /** Takes this process out; answers whether it was the last one. */
  async leave(): Promise<boolean> {
    await fs.rm(path.join(this.directory, String(process.pid)), { force: true });
    return !(await this.others());
  }

  /** Whether another living process uses the server. */
  async others(): Promise<boolean> {
    for (const name of await fs.readdir(this.directory).catch(() => [])) {
      if (Number(name) === process.pid) continue;
      const file = path.join(this.directory, name);
      if (
        isAlive(Number(name)) &&
        (await startOf(Number(name))) === (await fs.readFile(file, 'utf8').catch(() => null))
      )
        return true;
      await fs.rm(file, { force: true });
    }
    return false;
  }
}

/** Whether a process has this number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process began, where the system tells (Linux): a number may since belong to another process. */
async function startOf(pid: number): Promise<string> {
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
