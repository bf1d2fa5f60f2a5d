/**
 * This process's own clock, the only place that reads it. For caches, uptime and log lines: what people experience is
 * decided by a lane's time (`lane.ts`), leases and back-off by the database's.
 */
export class ProcessClock {
  /** The instant now, by this machine. */
  now(): Date {
    return new Date();
  }

  /** Milliseconds of a clock that never jumps: for measuring how long something took. */
  monotonicMs(): number {
    return performance.now();
  }
}
