import { Injectable } from '@nestjs/common';
import { StageQueues } from './stage-queues.js';

const WAIT_MS = 1_000;

/** How many wake-ups wait in each queue. */
@Injectable()
export class QueueDepths {
  constructor(private readonly queues: StageQueues) {}

  /** Of the queues that answer within a second: a Redis that is away answers never. */
  async read(): Promise<ReadonlyMap<string, number>> {
    const depths = new Map<string, number>();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, WAIT_MS)));
    const asked = this.queues.all().map(async (queue) => {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed').catch(() => null);
      if (counts)
        depths.set(
          queue.name,
          Object.values(counts).reduce((sum, count) => sum + count, 0),
        );
    });
    await Promise.race([Promise.all(asked), late]);
    clearTimeout(timer);
    return new Map(depths);
  }
}
