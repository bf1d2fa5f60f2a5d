import type { ProcessClock } from '../platform/clock/clock.js';
import type { Log, LogFields } from '../platform/logging/logger.js';

const QUIET_MS = 10_000;

/**
 * Tells the log of events that were not stored: at once, every ten seconds how many more, and in the end how many in all. While the
 * database is away every group is refused, and a line for each would bury what else the log has to say.
 */
export class IngestOutage {
  private refused = 0;
  private untold = 0;
  private toldMs = -Infinity;
  private lastMs = -Infinity;

  constructor(
    private readonly log: Pick<Log, 'warn' | 'info'>,
    private readonly clock: ProcessClock,
  ) {}

  /** So many events were refused; the line has those of the last ten seconds. */
  refuse(text: string, fields: LogFields & { readonly events: number }): void {
    this.refused += fields.events;
    this.untold += fields.events;
    this.lastMs = this.clock.monotonicMs();
    if (this.lastMs - this.toldMs < QUIET_MS) return;
    this.toldMs = this.lastMs;
    this.log.warn(text, { ...fields, events: this.untold });
    this.untold = 0;
  }

  /** A group was stored. It is over when none was refused for ten seconds: one that comes and goes is one. */
  stored(): void {
    if (this.refused === 0 || this.clock.monotonicMs() - this.lastMs < QUIET_MS) return;
    this.log.info('events are stored again', { event: 'ingest.available', refused: this.refused });
    this.refused = 0;
    this.untold = 0;
  }
}
