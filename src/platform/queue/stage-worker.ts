import { type ConnectionOptions, type Job, Worker } from 'bullmq';
import { QUEUE_PREFIX, type StageName } from './stages.js';

/** As long as BullMQ waits for a job when nothing went wrong (its `drainDelay`). */
const WAIT_S = 5;
/** Between two looks while the queue refuses connections; BullMQ's own 15 s would be waited for by whoever ends the process. */
const REFUSED_MS = 1_000;

/** Takes the wake-ups of one stage, one at a time: the rows hold the work. */
export class StageWorker extends Worker {
  /** @param woken resolves when a drain that began after the wake-up is over */
  constructor(stage: StageName, woken: () => Promise<void>, connection: ConnectionOptions) {
    super(stage, woken, {
      connection,
      prefix: QUEUE_PREFIX,
      concurrency: 1,
      drainDelay: WAIT_S,
      runRetryDelay: REFUSED_MS,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
  }

  /**
   * After an error BullMQ waits as long as it ever may, which over PostgreSQL is an hour: it relies on being told of new jobs. Over a
   * connection that died in silence nobody is told of anything, so it looks as often as it does without an error.
   * @returns seconds
   */
  override get maximumBlockTimeout(): number {
    return WAIT_S;
  }

  /**
   * After a refusal BullMQ asks again at once: of a Redis that has no memory left as fast as it answers, and of a connection that was
   * refused when it was made (INFO is forbidden, or an option of REDIS_URL is wrong) without ever letting anything else run.
   */
  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await this.delay(REFUSED_MS);
      throw error;
    }
  }
}
