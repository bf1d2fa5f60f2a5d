import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';

/** Moves runs on whose wait is over. */
@Injectable()
export class RunDue {
  /** Claims up to 500 due runs, decides and writes them in one transaction; answers how many, 0 when none is due. */
  batch(_lane: Lane): Promise<number> {
    throw new Error('not built yet');
  }

  /** When the next waiting run of the lane is due, null when none waits. */
  nextDueAt(_tx: Sql, _lane: Lane): Promise<Date | null> {
    throw new Error('not built yet');
  }
}
