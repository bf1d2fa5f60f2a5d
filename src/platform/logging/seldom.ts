import { ProcessClock } from '../clock/clock.js';

const QUIET_MS = 30_000;

/** Lets what repeats itself be told now and then: an outage is one line a trouble and half a minute, not one an attempt. */
export class Seldom {
  private readonly toldAtMs = new Map<string, number>();

  constructor(private readonly clock: Pick<ProcessClock, 'monotonicMs'> = new ProcessClock()) {}

  /** Whether the trouble has not been told for long. */
  mayTell(trouble: string): boolean {
    const now = this.clock.monotonicMs();
    if (now - (this.toldAtMs.get(trouble) ?? -Infinity) < QUIET_MS) return false;
    this.toldAtMs.set(trouble, now);
    return true;
  }
}
