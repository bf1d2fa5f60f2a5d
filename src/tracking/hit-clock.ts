import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';

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

  /**
   * Begins to ask for the database's time; the answer is handed to what this gives. The database looked at its clock somewhere
   * between question and answer, so that an answer which was long on its way says little, and does not set the clock back.
   */
  ask(): (databaseNow: Date) => void {
    const askedAt = this.clock.now().getTime();
    return (databaseNow) => {
      const least = databaseNow.getTime() - this.clock.now().getTime();
      const most = databaseNow.getTime() - askedAt;
      this.offsetMs = Math.max(least, Math.min(this.offsetMs, most));
    };
  }
}
