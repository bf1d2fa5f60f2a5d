import type { Stage } from './stages.js';

/**
 * Runs one stage in this process: drains on a wake-up and every `sweepMs`, one drain at a time. A wake-up during a
 * drain makes it run once more, so that nothing written after its last look waits for the sweep.
 */
export class StageLoop {
  private draining: Promise<void> | undefined;
  private again = false;
  private ending = new AbortController();
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private progressAtMs: number;

  constructor(
    private readonly stage: Stage,
    private readonly failed: (error: unknown) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.progressAtMs = nowMs();
  }

  start(): void {
    void this.wake();
  }

  get isDraining(): boolean {
    return this.draining !== undefined;
  }

  /** Milliseconds since a drain last ended or said that it had done a batch: far beyond `sweepMs`, the stage hangs. */
  silentForMs(): number {
    return this.nowMs() - this.progressAtMs;
  }

  /** Resolves when a drain that began after this call is over. */
  async wake(): Promise<void> {
    if (this.stopped) return;
    if (this.draining) {
      this.again = true;
      return this.draining;
    }
    clearTimeout(this.timer);
    const drain = this.drain(this.ending.signal);
    this.draining = drain;
    await drain;
    if (this.draining !== drain) return; // given up meanwhile: another one has taken its place
    this.draining = undefined;
    if (!this.stopped) this.timer = setTimeout(() => void this.wake(), this.stage.sweepMs);
  }

  /** Gives a drain up that does not come back, and begins another one beside it; should it wake, it ends at once. */
  restart(): void {
    this.ending.abort();
    this.ending = new AbortController();
    this.draining = undefined;
    this.progressAtMs = this.nowMs();
    void this.wake();
  }

  /** Lets a drain that is under way end and starts no other. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.ending.abort();
    clearTimeout(this.timer);
    await this.draining;
  }

  private async drain(stop: AbortSignal): Promise<void> {
    const progress = (): void => {
      if (!stop.aborted) this.progressAtMs = this.nowMs();
    };
    do {
      this.again = false;
      // A failed drain lost nothing: its rows are still there, and the sweep comes again.
      await this.stage.drain(stop, progress).catch(this.failed);
      progress();
    } while (!stop.aborted && this.again);
  }
}
