/** The stages of the event's way that a job can wake. One BullMQ queue each; a job carries no data: rows hold the truth. */
export const STAGES = ['enrollments', 'delivery', 'tracking', 'stats'] as const;
export type StageName = (typeof STAGES)[number];

/** What the queues' keys in Redis begin with: a worker takes no job of a queue with another prefix, and nobody hears of it. */
export const QUEUE_PREFIX = 'touchmap';

/** Asked for by whoever wrote rows that a later stage should look at. */
export abstract class StageWaker {
  /** Wakes a stage soon: coalesced to one job per stage and 50 ms, never awaited, never throws. A lost wake-up costs a sweep's delay. */
  abstract wake(stage: StageName): void;
}

/** What a stage does when woken, and by itself every `sweepMs`. */
export interface Stage {
  readonly name: StageName;
  readonly sweepMs: number;
  /**
   * Works off everything that is there now in the real lane; safe to run in several processes at once. When `stop` is
   * aborted the process is ending: finish the batch in hand and return. `progress` is called after each batch, so that a long
   * drain is not taken for one that hangs.
   */
  drain(stop: AbortSignal, progress: () => void): Promise<void>;
}
