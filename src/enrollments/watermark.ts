import type { ProcessClock } from '../platform/clock/clock.js';

const FULL_SCAN_EVERY_MS = 60_000;
/** Longer than any transaction of ours takes: a row that lowered the mark is committed by then. */
const GENERATION_MS = 10_000;
/** The bound of a scan of everything. */
export const EVERYTHING = '-infinity';

/**
 * A lower bound for a claim's index scan. Claimed rows leave dead index entries at the head of the queue; while some
 * transaction pins the horizon (a dump, an open BEGIN) nothing can clear them, and without a bound every claim crawls
 * over all of them (measured: 85k rows/s fall to 19k/s after 400k rows).
 *
 * The bound may pass a row: one inserted late with an old instant, or one that was locked by somebody else. Whoever writes
 * such a row in this process calls `lower`; for other processes' rows every minute's first claim scans everything.
 */
export class Watermark {
  private mark: number | null = null;
  private fullScanAtMs = -Infinity;
  private lowered = { sinceMs: -Infinity, now: Infinity, before: Infinity };

  constructor(
    private readonly clock: ProcessClock,
    private readonly marginMs: number,
  ) {}

  /** The bound for the next claim, as text for PostgreSQL. */
  from(): string {
    const nowMs = this.clock.monotonicMs();
    if (this.mark === null || nowMs - this.fullScanAtMs >= FULL_SCAN_EVERY_MS) {
      this.fullScanAtMs = nowMs;
      return EVERYTHING;
    }
    this.turn(nowMs);
    return new Date(Math.min(this.mark, this.lowered.now, this.lowered.before)).toISOString();
  }

  /** To be told after the commit: everything visible before `at`, less the margin, has been taken. */
  reached(at: Date): void {
    this.mark = at.getTime() - this.marginMs;
  }

  /**
   * A row with this instant is being written. The bound stays at or below it for 10 to 20 seconds, because the claim
   * cannot see the row before its commit and would move the mark past it.
   */
  lower(at: Date): void {
    this.turn(this.clock.monotonicMs());
    this.lowered.now = Math.min(this.lowered.now, at.getTime());
  }

  /** Many rows of any age came back at once: the next claim scans everything. */
  reset(): void {
    this.mark = null;
  }

  private turn(nowMs: number): void {
    const { sinceMs, now } = this.lowered;
    if (nowMs - sinceMs < GENERATION_MS) return;
    this.lowered = { sinceMs: nowMs, now: Infinity, before: nowMs - sinceMs < 2 * GENERATION_MS ? now : Infinity };
  }
}
