import { Injectable } from '@nestjs/common';
import type { Stage } from '../platform/queue/stages.js';
import { EngagementWriter } from './engagement-writer.js';

/** Replays what was spooled, also by other processes on this data directory that are gone. */
@Injectable()
export class TrackingStage implements Stage {
  readonly name = 'tracking';
  readonly sweepMs = 5_000;

  constructor(private readonly writer: EngagementWriter) {}

  drain(): Promise<void> {
    return this.writer.replay();
  }
}
