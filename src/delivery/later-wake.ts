import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { StageWaker } from '../platform/queue/stages.js';

/** Letters come back in groups of half a second: each group costs a claim and a guard, however small. */
const GROUP_MS = 500;
/** What is due later is found by a sweep. */
const LONGEST_MS = 10_000;

/** Wakes delivery whenever letters that were put off for moments are due; a lost timer costs a sweep's delay. */
@Injectable()
export class LaterWake implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  /** The half seconds at whose end letters are due, numbered by a clock that never jumps. */
  private readonly groups = new Set<number>();

  constructor(
    private readonly clock: ProcessClock,
    private readonly waker: StageWaker,
  ) {}

  wakeIn(ms: number): void {
    if (ms > LONGEST_MS) return;
    const group = Math.floor((this.clock.monotonicMs() + ms) / GROUP_MS) + 1;
    if (this.groups.has(group)) return;
    this.groups.add(group);
    this.arm();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.groups.size === 0) return;
    const next = Math.min(...this.groups);
    this.timer = setTimeout(() => this.wake(next), next * GROUP_MS - this.clock.monotonicMs());
    this.timer.unref();
  }

  private wake(group: number): void {
    this.groups.delete(group);
    this.waker.wake('delivery');
    this.arm();
  }
}
