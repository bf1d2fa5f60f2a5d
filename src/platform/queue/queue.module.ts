import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { Env } from '../config/env.js';
import type { Platform } from '../platform.js';
import { BullStageRunner } from './bull-stage-runner.js';
import { BullWaker } from './bull-waker.js';
import { QueueDepths } from './queue-depths.js';
import { openQueueBackend, type QueueBackend } from './queue-backend.js';
import { StageQueues } from './stage-queues.js';
import { StageRunner } from './stage-runner.js';
import { QUEUE_PREFIX, STAGES, StageWaker } from './stages.js';

/** Holds the connection that queues and workers share. */
@Module({})
class QueueBackendModule {
  static of({ env, databaseUrl }: Platform): DynamicModule {
    const backend = { provide: 'QUEUE_BACKEND', useFactory: () => openQueueBackend(env, databaseUrl) };
    return { module: QueueBackendModule, providers: [backend], exports: [backend] };
  }
}

/** One BullMQ queue a stage on one shared connection pool; jobs only wake, rows hold the work. */
@Module({})
export class QueueModule {
  static of(platform: Platform): DynamicModule {
    const backend = QueueBackendModule.of(platform);
    return {
      module: QueueModule,
      imports: [
        backend,
        BullModule.forRootAsync({
          imports: [backend],
          inject: ['QUEUE_BACKEND'],
          useFactory: ({ connection }: QueueBackend) => ({ connection, prefix: QUEUE_PREFIX }),
        }),
        BullModule.registerQueue(...STAGES.map((name) => ({ name }))),
      ],
      providers: [
        {
          provide: StageQueues,
          inject: STAGES.map((name) => getQueueToken(name)),
          useFactory: (...queues: Queue[]) =>
            new StageQueues(new Map(queues.map((queue, i) => [STAGES[i]!, closedByUs(queue)]))),
        },
        BullWaker,
        QueueDepths,
        { provide: StageWaker, useExisting: BullWaker },
        {
          provide: StageRunner,
          inject: [Env, StageQueues, BullWaker, 'QUEUE_BACKEND'],
          useFactory: (env: Env, queues: StageQueues, waker: BullWaker, { connection, close }: QueueBackend) =>
            new BullStageRunner(env, queues, waker, connection, close),
        },
      ],
      exports: [StageWaker, StageRunner, QueueDepths],
    };
  }
}

/**
 * @nestjs/bullmq closes each queue when the application ends, and waits for that without end: with a Redis that is away the process
 * would be ended after its minute, as one that failed. The runner closes them, and waits as long as is worth it.
 */
function closedByUs(queue: Queue): Queue {
  return Object.assign(queue, { onApplicationShutdown: () => undefined });
}
