import { Injectable } from '@nestjs/common';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { Stage } from '../platform/queue/stages.js';
import { Figures } from './figures.js';

/** Credits and counts in live. Hits do not wake it: counting a busy cell once a second is enough. */
@Injectable()
export class StatsStage implements Stage {
  readonly name = 'stats';
  readonly sweepMs = 1_000;

  constructor(private readonly figures: Figures) {}

  drain(): Promise<void> {
    return this.figures.apply(REAL_LANE);
  }
}
