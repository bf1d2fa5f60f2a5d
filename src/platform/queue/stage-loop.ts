import type { Stage } from './stages.js';

/**
 * Runs one stage in this process: drains on a wake-up and every `sweepMs`, one drain at a time. A wake-up during a
 * drain makes it run once more, so that nothing written after its last look waits for the sweep.
 */
export class StageLoop {
  private draining: Promise<void> | undefined;
  private again = false;
  private readonly ending = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(): void {
    void this.wake();
  }

  /** Resolves when a drain that began after this call is over. */
  async wake(): Promise<void> {
    if (!this.mayRun()) return;
    if (this.draining) {
      this.again = true;
      return this.draining;
    }
    clearTimeout(this.timer);
    this.draining = this.drain();
    await this.draining;
    this.draining = undefined;
    if (this.mayRun()) this.timer = setTimeout(() => void this.wake(), this.stage.sweepMs);
  }

  /** Lets a drain that is under way end and starts no other. */
  async stop(): Promise<void> {
    this.ending.abort();
    clearTimeout(this.timer);
    await this.draining;
  }

  private async drain(): Promise<void> {
    do {
      this.again = false;
      // A failed drain lost nothing: its rows are still there, and the sweep comes again.
      await this.stage.drain(this.ending.signal).catch(this.failed);
    } while (this.again && this.mayRun());
  }

  private mayRun(): boolean {
    return !this.ending.signal.aborted;
  }
}
