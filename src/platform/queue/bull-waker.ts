import { Injectable } from '@nestjs/common';
import { logger } from '../logging/logger.js';
import { StageQueues } from './stage-queues.js';
import { type StageName, StageWaker } from './stages.js';

const COALESCE_MS = 50;

/** Wakes stages by BullMQ jobs: at most one job a stage and 50 ms, however many rows were written. */
@Injectable()
export class BullWaker extends StageWaker {
  private readonly log = logger(BullWaker.name);
  private readonly armed = new Map<StageName, NodeJS.Timeout>();
  private readonly adding = new Set<Promise<unknown>>();
  private closed = false;

  constructor(private readonly queues: StageQueues) {
    super();
  }

  wake(stage: StageName): void {
    if (this.closed || this.armed.has(stage)) return;
    this.armed.set(
      stage,
      setTimeout(() => this.add(stage), COALESCE_MS),
    );
  }

  /** Adds nothing more and waits for what is on its way. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.armed.values()) clearTimeout(timer);
    await Promise.allSettled(this.adding);
  }

  private add(stage: StageName): void {
    this.armed.delete(stage);
    const adding = this.queues.of(stage).add('wake', {}, { removeOnComplete: true, removeOnFail: true });
    const settled: Promise<unknown> = adding.catch((error: Error) =>
      this.log.warn('a wake-up was lost; the sweep will see to it', {
        event: 'queue.wake_lost',
        stage,
        reason: error.message,
      }),
    );
    this.adding.add(settled);
    void settled.finally(() => this.adding.delete(settled));
  }
}
