import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ConnectionOptions } from 'bullmq';
import { atMost } from '../at-most.js';
import { ProcessClock } from '../clock/clock.js';
import { Env } from '../config/env.js';
import { connectionProblem } from '../database/database-error.js';
import { logger } from '../logging/logger.js';
import { Seldom } from '../logging/seldom.js';
import { BullWaker } from './bull-waker.js';
import { redisRefusal } from './redis-refusals.js';
import { runsStage } from './roles.js';
import { StageLoop } from './stage-loop.js';
import { StageQueues } from './stage-queues.js';
import { StageRunner } from './stage-runner.js';
import { StageWorker } from './stage-worker.js';
import type { Stage, StageName } from './stages.js';

/** What waits for an answer of a connection that is gone does not end by itself. */
const CLOSE_MS = 5_000;
/** What BullMQ says of a job that it had taken and no longer finds, or finds to be another's (this process stood still): the queue itself answers. */
const WAKE_UP_GONE = /^(Missing (key|lock) for job|could not renew lock for job)/;

/** Drains the stages of this process's roles, woken by BullMQ workers (one job at a time: the rows hold the work). */
@Injectable()
export class BullStageRunner extends StageRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger(BullStageRunner.name);
  private readonly loops = new Map<StageName, StageLoop>();
  private workers: readonly StageWorker[] = [];
  private readonly seldom = new Seldom();
  private readonly clock = new ProcessClock();

  constructor(
    private readonly env: Env,
    private readonly queues: StageQueues,
    private readonly waker: BullWaker,
    private readonly connection: ConnectionOptions,
    private readonly closeBackend: () => Promise<void>,
  ) {
    super();
    // As soon as the queues are there: an error that nobody listens to goes to the console with its stack.
    for (const queue of queues.all()) queue.on('error', (error) => this.unreachable(queue.name, error));
  }

  registerStage(stage: Stage): void {
    if (this.loops.has(stage.name)) throw new Error(`the stage ${stage.name} is registered twice`);
    if (!runsStage(this.env.ROLES, stage.name)) return;
    this.loops.set(
      stage.name,
      new StageLoop(
        stage,
        (error) => this.failed(stage.name, error),
        () => this.clock.monotonicMs(),
      ),
    );
  }

  onApplicationBootstrap(): void {
    this.workers = [...this.loops].map(([name, loop]) => {
      loop.start();
      this.waker.attach(name, loop);
      const worker = new StageWorker(name, () => loop.wake(), this.connection);
      worker.on('error', (error) => this.unreachable(name, error));
      return worker;
    });
  }

  silence(): ReadonlyMap<StageName, number> {
    return new Map([...this.loops].map(([name, loop]) => [name, loop.silentForMs()]));
  }

  restart(stage: StageName): void {
    this.loops.get(stage)?.restart();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
  }

  /** After the HTTP server closed: nobody wakes a stage any more. */
  async onApplicationShutdown(): Promise<void> {
    await this.stop();
    await this.ended(this.waker.close(), 'wake-ups');
    await Promise.all(this.workers.map((worker) => this.ended(worker.close(), worker.name)));
    await Promise.all(this.queues.all().map((queue) => this.ended(queue.close(), queue.name)));
    await this.ended(this.closeBackend(), 'connections');
  }

  /** Waits for it a bounded time. What does not end then is left to the end of the process: no row depends on it. */
  private async ended(closing: Promise<unknown>, what: string): Promise<void> {
    try {
      await atMost(closing, CLOSE_MS, () => new Error(`not ended within ${CLOSE_MS} ms`));
    } catch (error) {
      this.log.warn('a part of the queue did not close', {
        event: 'queue.close_failed',
        what,
        reason: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  private failed(stage: StageName, error: unknown): void {
    if (!connectionProblem(error)) this.log.error('a stage could not drain', { event: 'stage.failed', stage }, error);
    else if (this.seldom.mayTell(`${stage} without database`))
      this.log.warn('a stage found the database away', { event: 'stage.database_away', stage });
  }

  private unreachable(stage: string, error: Error): void {
    if (!this.seldom.mayTell(`${stage} without queue`)) return;
    const refusal = redisRefusal(error.message);
    const what = refusal
      ? `the queue's Redis ${refusal.what} (${refusal.mend})`
      : WAKE_UP_GONE.test(error.message)
        ? 'the queue lost a wake-up, as when this process stood still or Redis was emptied'
        : 'the queue cannot be reached';
    this.log.warn(`${what}; stages go on by their sweeps`, { event: 'queue.error', stage, reason: error.message });
  }
}
