import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { Stage } from '../platform/queue/stages.js';
import { Figures } from './figures.js';

/**
 * So many times as long as it has just counted, the stage rests. A day's letters of a step are read anew at every count, and
 * on a day with a million letters counting once a second would keep a core busy; figures are then some seconds late.
 */
const REST = 20;
/** However long a count took, because there was much to be counted or because it had to wait: figures are of this hour. */
const LONGEST_REST_MS = 300_000;

/** Credits and counts in live. Hits do not wake it: counting a busy cell once a second is enough. */
@Injectable()
export class StatsStage implements Stage {
  readonly name = 'stats';
  readonly sweepMs = 1_000;
  private restsUntilMs = -Infinity;

  constructor(
    private readonly figures: Figures,
    private readonly clock: ProcessClock,
  ) {}

  async drain(): Promise<void> {
    const from = this.clock.monotonicMs();
    if (from < this.restsUntilMs) return;
    await this.figures.applyOnce(REAL_LANE);
    const until = this.clock.monotonicMs();
    this.restsUntilMs = until + Math.min(REST * (until - from), LONGEST_REST_MS);
  }
}
