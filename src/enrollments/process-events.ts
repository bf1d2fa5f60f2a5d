import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';

/** Applies what the inbox holds to the runs of its contacts. */
@Injectable()
export class ProcessEvents {
  /** Applies the oldest unprocessed events in one transaction; answers how many, 0 when none are left. */
  batch(_lane: Lane): Promise<number> {
    throw new Error('not built yet');
  }
}
