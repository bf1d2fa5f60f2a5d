import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';

/** A drift smaller than this is the duration of a statement, not a wrong clock. */
const TOLERATED_MS = 500;

/** The instant of a hit: the database's time as far as this process knows it, also while the database is away. */
@Injectable()
export class HitClock {
  private offsetMs = 0;
  private stamped = { ms: NaN, text: '' };

  constructor(private readonly clock: ProcessClock) {}

  /** Now, as ISO 8601 UTC; the hits of one millisecond share a text. */
  stamp(): string {
    const ms = this.clock.now().getTime() + this.offsetMs;
    if (ms !== this.stamped.ms) this.stamped = { ms, text: new Date(ms).toISOString() };
    return this.stamped.text;
  }

  /** Takes over the database's time that a statement has just answered. */
  learn(databaseNow: Date): void {
    const offsetMs = databaseNow.getTime() - this.clock.now().getTime();
    if (Math.abs(offsetMs - this.offsetMs) > TOLERATED_MS) this.offsetMs = offsetMs;
  }
}
