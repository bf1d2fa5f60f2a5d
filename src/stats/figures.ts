import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { Attribution } from './attribution.js';
import { Rollup } from './rollup.js';

/** Brings the figures up to date with everything that has been received. */
@Injectable()
export class Figures {
  constructor(
    private readonly database: EngineDatabase,
    private readonly attribution: Attribution,
    private readonly rollup: Rollup,
  ) {}

  /** Credits and counts until nothing is left; each can make work for the other. */
  async apply(lane: Lane): Promise<void> {
    // A sandbox asks at every move of its clock, mostly for nothing.
    if (lane.clock === 'virtual' && !(await this.waits(lane.environmentId))) return;
    // What came in meanwhile is worth another round; to see whether anything did, a sandbox has the cheaper question.
    while ((await this.applyOnce(lane)) > 0)
      if (lane.clock === 'virtual' && !(await this.waits(lane.environmentId))) return;
  }

  /** Credits everything and counts once: under a steady stream of letters `apply` would never come to an end. */
  async applyOnce(lane: Lane): Promise<number> {
    while ((await this.attribution.batch(lane)) > 0);
    return this.rollup.batch(lane);
  }

  private async waits(environmentId: string): Promise<boolean> {
    const [row] = await this.database.query<{ waits: boolean }>(WAITS, [environmentId]);
    return row!.waits;
  }
}

const WAITS = `
SELECT EXISTS (SELECT FROM stats_dirty WHERE environment_id = $1)
  OR EXISTS (SELECT FROM conversions WHERE environment_id = $1 AND state = 'pending') AS waits`;
