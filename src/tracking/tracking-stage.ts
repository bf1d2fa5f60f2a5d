import { Injectable } from '@nestjs/common';
import type { Stage } from '../platform/queue/stages.js';
import { EngagementWriter } from './engagement-writer.js';
import { HitCounter } from './hit-counter.js';

/**
 * Replays what was spooled, also by other processes on this data directory that are gone, and counts hits on their letters.
 * Hits do not wake it: in a burst, counting a letter once a second is enough, and a wake-up costs more than the count.
 */
@Injectable()
export class TrackingStage implements Stage {
  readonly name = 'tracking';
  readonly sweepMs = 1_000;

  constructor(
    private readonly writer: EngagementWriter,
    private readonly counter: HitCounter,
  ) {}

  async drain(stop: AbortSignal, progress: () => void): Promise<void> {
    await this.writer.replay();
    await this.counter.drain(stop, progress);
  }
}
