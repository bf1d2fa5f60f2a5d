import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { atOnce } from '../platform/queue/at-once.js';
import { StageRunner } from '../platform/queue/stage-runner.js';
import type { Stage } from '../platform/queue/stages.js';
import { DeliverBatch } from './deliver-batch.js';
import { DeliveryTimes } from './delivery-times.js';
import { Sweeper } from './sweeper.js';

/** While one batch is on its way out the next one is claimed and rendered. */
const BATCHES_AT_ONCE = 2;

/** Delivery in the live lane: everything that is due, and the rows of workers that are gone. */
@Injectable()
export class DeliveryStage implements Stage, OnModuleInit {
  readonly name = 'delivery';
  readonly sweepMs = 1_000;
  private sweptAtMs = -Infinity;

  constructor(
    private readonly batch: DeliverBatch,
    private readonly sweeper: Sweeper,
    private readonly runner: StageRunner,
    private readonly clock: ProcessClock,
    private readonly times: DeliveryTimes,
  ) {}

  onModuleInit(): void {
    this.runner.registerStage(this);
  }

  async drain(stop: AbortSignal, progress: () => void): Promise<void> {
    await atOnce(BATCHES_AT_ONCE, () => this.drainOnce(stop, progress));
  }

  private async drainOnce(stop: AbortSignal, progress: () => void): Promise<void> {
    for (let claimed = 1; claimed > 0 && !stop.aborted;) {
      await this.sweepIfDue();
      ({ claimed } = await this.batch.run(REAL_LANE));
      progress();
    }
  }

  private async sweepIfDue(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.sweptAtMs < this.times.sweepMs) return;
    this.sweptAtMs = nowMs;
    await this.sweeper.sweep();
  }
}
