import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { StageWaker } from '../platform/queue/stages.js';

/** Letters come back in groups of half a second: each group costs a claim and a guard, however small. */
const GROUP_MS = 500;
/** What is due later is found by a sweep. */
const LONGEST_MS = 10_000;

/** Wakes delivery when letters that were put off for moments are due; a lost timer costs a sweep's delay. */
@Injectable()
export class LaterWake implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private atMs = Infinity;

  constructor(
    private readonly clock: ProcessClock,
    private readonly waker: StageWaker,
  ) {}

  wakeIn(ms: number): void {
    const atMs = this.clock.monotonicMs() + Math.max(GROUP_MS, ms);
    if (ms > LONGEST_MS || atMs >= this.atMs) return;
    clearTimeout(this.timer);
    this.atMs = atMs;
    this.timer = setTimeout(() => this.wake(), Math.max(GROUP_MS, ms));
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private wake(): void {
    this.atMs = Infinity;
    this.waker.wake('delivery');
  }
}
