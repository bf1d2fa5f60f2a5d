import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Env } from '../platform/config/env.js';
import { logger } from '../platform/logging/logger.js';
import { Maintenance } from './maintenance.js';

const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 24 * 3_600_000;
const AGAIN_AFTER_FAILURE_MS = 15 * 60_000;

/** Runs the maintenance in worker processes: a minute after the start, then daily; a failed one again in 15 minutes. */
@Injectable()
export class MaintenanceSchedule implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly log = logger(MaintenanceSchedule.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private ended = false;

  constructor(
    private readonly env: Env,
    private readonly maintenance: Maintenance,
  ) {}

  onApplicationBootstrap(): void {
    if (this.env.ROLES.includes('worker')) this.arm(FIRST_AFTER_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private arm(delayMs: number): void {
    if (this.ended) return;
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, delayMs);
    this.timer.unref();
  }

  private async run(): Promise<void> {
    try {
      const report = await this.maintenance.run(this.env.RETENTION_MONTHS);
      if (report) this.log.info('the daily maintenance is done', { event: 'maintenance.done', ...report });
      this.arm(EVERY_MS);
    } catch (error) {
      this.log.error('the daily maintenance failed; it is tried again', { event: 'maintenance.failed' }, error);
      this.arm(AGAIN_AFTER_FAILURE_MS);
    }
  }
}
