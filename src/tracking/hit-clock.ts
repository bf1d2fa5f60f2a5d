import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';

/** A drift smaller than this is the duration of a statement, not a wrong clock. */
const TOLERATED_MS = 500;

/** The instant of a hit: the database's time as far as this process knows it, also while the database is away. */
@Injectable()
export class HitClock {
  private offsetMs = 0;

  constructor(private readonly clock: ProcessClock) {}

  now(): Date {
    return new Date(this.clock.now().getTime() + this.offsetMs);
  }

  /** Takes over the database's time that a statement has just answered. */
  learn(databaseNow: Date): void {
    const offsetMs = databaseNow.getTime() - this.clock.now().getTime();
    if (Math.abs(offsetMs - this.offsetMs) > TOLERATED_MS) this.offsetMs = offsetMs;
  }
}
