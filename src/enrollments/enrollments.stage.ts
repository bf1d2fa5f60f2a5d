import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { atOnce } from '../platform/queue/at-once.js';
import { StageRunner } from '../platform/queue/stage-runner.js';
import type { Stage } from '../platform/queue/stages.js';
import { ProcessEvents } from './process-events.js';
import { DUE_BATCH, RunDue } from './run-due.js';
import { StoredScenarioRuns } from './scenario-runs.js';

const MEND_EVERY_MS = 60_000;
const BATCHES_AT_ONCE = 2;
/** Full batches that are moved in a row before new events are looked at again. */
const BATCHES_IN_A_ROW = 2;

/** The enrollments stage: first what has been received, then what is due. */
@Injectable()
export class EnrollmentsStage implements Stage, OnModuleInit {
  readonly name = 'enrollments';
  /** How late a due run may be noticed; a look without work costs two index look-ups. */
  readonly sweepMs = 1_000;
  private mendedAtMs = -Infinity;
  /** The last look at due runs ended before they did. */
  private isBehind = false;

  constructor(
    private readonly runner: StageRunner,
    private readonly clock: ProcessClock,
    private readonly events: ProcessEvents,
    private readonly due: RunDue,
    private readonly scenarioRuns: StoredScenarioRuns,
  ) {}

  onModuleInit(): void {
    this.runner.registerStage(this);
  }

  async drain(stop: AbortSignal, progress: () => void): Promise<void> {
    if (this.clock.monotonicMs() - this.mendedAtMs >= MEND_EVERY_MS) {
      await this.scenarioRuns.mend();
      this.mendedAtMs = this.clock.monotonicMs();
    }
    // Events again before due runs: a large backlog must not make letters of what an order has just ended.
    do {
      while (!stop.aborted && (await this.events.batch(REAL_LANE)) > 0) progress();
      progress();
    } while (!stop.aborted && (await this.moveDue()) > 0);
  }

  /**
   * While there is a backlog two batches are under way at any time: Node decides about one while PostgreSQL writes the other, and
   * neither waits for its neighbour after each. More brought little.
   */
  private async moveDue(): Promise<number> {
    const moved = await atOnce(this.isBehind ? BATCHES_AT_ONCE : 1, () => this.moveInARow());
    this.isBehind = moved.every((count) => count === BATCHES_IN_A_ROW * DUE_BATCH);
    return moved.reduce((sum, count) => sum + count);
  }

  private async moveInARow(): Promise<number> {
    let moved = 0;
    for (let batch = 1; batch <= BATCHES_IN_A_ROW && moved === (batch - 1) * DUE_BATCH; batch++)
      moved += await this.due.batch(REAL_LANE);
    return moved;
  }
}
