import { ProcessClock } from '../../src/platform/clock/clock.js';

/** A process's clock that a spec moves by hand. */
export class StandingClock extends ProcessClock {
  /** What `monotonicMs` says. */
  ms = 0;

  override monotonicMs(): number {
    return this.ms;
  }
}
