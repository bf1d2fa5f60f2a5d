import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HealthChecks, OK } from '../platform/health/health-checks.js';
import type { CheckView } from '../platform/health/health.view.js';
import { logger } from '../platform/logging/logger.js';
import { StageRunner } from '../platform/queue/stage-runner.js';
import type { StageName } from '../platform/queue/stages.js';
import { type SystemFigures, SystemFiguresReader } from './system-figures.js';

/** How long work may be due while its stage shows no progress. */
const STALL_MS = 5 * 60_000;
const LOOK_EVERY_MS = 15_000;

/**
 * Finds stages of this process that hang: no batch and no end of a drain for five minutes, while rows have been due for as
 * long. Such a process is not ready, says so in the log, and gets a new loop for the stage.
 */
@Injectable()
export class StageWatchdog implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger(StageWatchdog.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stages: StageRunner,
    private readonly figures: SystemFiguresReader,
    private readonly checks: HealthChecks,
  ) {}

  onModuleInit(): void {
    this.checks.register('stages', () => this.check());
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.look().catch(() => undefined), LOOK_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** For /health/ready: asks the database only when a stage is silent. */
  async check(): Promise<CheckView> {
    const stalled = await this.stalled();
    return stalled.length === 0
      ? OK
      : { state: 'fail', detail: `no progress with due work: ${stalled.map(({ stage }) => stage).join(', ')}` };
  }

  /** Begins stalled stages anew; answers which. */
  async look(): Promise<readonly StageName[]> {
    const stalled = await this.stalled();
    for (const { stage, silentMs } of stalled) {
      this.log.error('a stage hangs although work is due; it is begun anew', {
        event: 'stage.stalled',
        stage,
        silentSeconds: Math.round(silentMs / 1000),
      });
      this.stages.restart(stage);
    }
    return stalled.map(({ stage }) => stage);
  }

  private async stalled(): Promise<{ stage: StageName; silentMs: number }[]> {
    const silent = [...this.stages.silence()].filter(([, silentMs]) => silentMs >= STALL_MS);
    if (silent.length === 0) return [];
    const figures = await this.figures.read();
    return silent
      .filter(([stage]) => waitedSeconds(stage, figures) * 1000 >= STALL_MS)
      .map(([stage, silentMs]) => ({ stage, silentMs }));
  }
}

/** How long a stage's oldest row has waited; stages whose rows are not counted are judged by their silence alone. */
function waitedSeconds(stage: StageName, { runs, letters, inboxSeconds }: SystemFigures): number {
  switch (stage) {
    case 'enrollments':
      return Math.max(runs.maxSeconds, inboxSeconds);
    case 'delivery':
      return letters.maxSeconds;
    default:
      return Infinity;
  }
}
