import type { Queue } from 'bullmq';
import type { StageName } from './stages.js';

/** The queue of each stage. */
export class StageQueues {
  constructor(private readonly queues: ReadonlyMap<StageName, Queue>) {}

  of(stage: StageName): Queue {
    const queue = this.queues.get(stage);
    if (!queue) throw new Error(`no queue for the stage ${stage}`);
    return queue;
  }

  all(): readonly Queue[] {
    return [...this.queues.values()];
  }
}
