import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import { Attribution } from './attribution.js';
import { Rollup } from './rollup.js';

/** Brings the figures up to date with everything that has been received. */
@Injectable()
export class Figures {
  constructor(
    private readonly attribution: Attribution,
    private readonly rollup: Rollup,
  ) {}

  /** Credits and counts until nothing is left; each can make work for the other. */
  async apply(lane: Lane): Promise<void> {
    do await this.creditAll(lane);
    while ((await this.rollup.batch(lane)) > 0);
  }

  private async creditAll(lane: Lane): Promise<void> {
    while ((await this.attribution.batch(lane)) > 0);
  }
}
