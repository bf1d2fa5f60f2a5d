import type { ServerProcess } from './server-process.js';

const LOOK_MS = 1_000;

/**
 * Looks after the server while this process uses it: one that was killed, by the system that ran out of memory or by hand, is started
 * again where it was. Of several processes that see it, PostgreSQL's lock file lets one do it.
 */
export class ServerWatch {
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly server: ServerProcess,
    /** Where everybody expects it. */
    private readonly port: number,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly log: (text: string) => void,
  ) {
    const look = (): void => void (this.looking ??= this.look());
    this.timer = setInterval(look, LOOK_MS).unref();
  }

  /** Looks no more; resolves when a start that is under way is over. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    try {
      if (await this.server.isRunning()) return;
      this.log('the embedded PostgreSQL is gone: starting it again');
      await this.server.start(this.settings, this.port);
      this.log(`embedded PostgreSQL is back on 127.0.0.1:${this.port}`);
    } catch (error) {
      // Its old processes may need a moment to go, or another process was first: the next look tells.
      if (!(await this.server.isRunning())) this.log((error as Error).message);
    } finally {
      this.looking = undefined;
    }
  }
}
