import { Injectable } from '@nestjs/common';
import { DeliverBatch } from '../delivery/deliver-batch.js';
import { ProcessEvents } from '../enrollments/process-events.js';
import { RunDue } from '../enrollments/run-due.js';
import type { Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { logger } from '../platform/logging/logger.js';
import { Figures } from '../stats/figures.js';
import { HitCounter } from '../tracking/hit-counter.js';

type VirtualLane = Extract<Lane, { clock: 'virtual' }>;

/** A letter may wait for an event that arrived behind this pass: the next pass finds it. */
const IDLE_PASSES = 3;

/** What one pass at an instant did. */
interface Pass {
  /** Anything at all was applied, decided or sent. */
  readonly moved: boolean;
  readonly accepted: number;
}

/** Moves a sandbox through time: the engine's own batches, at the instants at which something is due. */
@Injectable()
export class SandboxClock {
  private readonly log = logger(SandboxClock.name);

  constructor(
    private readonly database: EngineDatabase,
    private readonly events: ProcessEvents,
    private readonly runs: RunDue,
    private readonly letters: DeliverBatch,
    private readonly hits: HitCounter,
    private readonly figures: Figures,
  ) {}

  /**
   * Applies everything received and runs all that is due up to and including `target`; the clock ends there. The caller
   * has the environment's turn. Answers how many letters were accepted.
   */
  async play(environmentId: string, from: Date, target: Date): Promise<number> {
    let lane: VirtualLane = { clock: 'virtual', environmentId, now: from };
    let { accepted, nextDueAt } = await this.live(lane);
    while (nextDueAt && nextDueAt <= target && nextDueAt > lane.now) {
      lane = await this.moveTo(lane, nextDueAt);
      const lived = await this.live(lane);
      accepted += lived.accepted;
      nextDueAt = lived.nextDueAt;
    }
    if (target > lane.now) {
      lane = await this.moveTo(lane, target);
      if (nextDueAt && nextDueAt <= target) accepted += (await this.live(lane)).accepted;
    }
    await this.hits.countAll(environmentId);
    await this.figures.apply(lane);
    return accepted;
  }

  /** When the sandbox's next thing happens, null when nothing waits. */
  async nextDueAt(lane: VirtualLane): Promise<Date | null> {
    const [run, letter] = await Promise.all([
      this.runs.nextDueAt(this.database, lane),
      this.letters.nextDueAt(this.database, lane),
    ]);
    return run && letter ? (run < letter ? run : letter) : (run ?? letter);
  }

  /** Everything that happens at the lane's instant, and when the next thing does. */
  private async live(lane: VirtualLane): Promise<{ readonly accepted: number; readonly nextDueAt: Date | null }> {
    for (let accepted = 0, idle = 0; ;) {
      const pass = await this.pass(lane);
      accepted += pass.accepted;
      const nextDueAt = await this.nextDueAt(lane);
      if (!nextDueAt || nextDueAt > lane.now) return { accepted, nextDueAt };
      idle = pass.moved ? 0 : idle + 1;
      if (idle < IDLE_PASSES) continue;
      // Never expected: something is due and nobody takes it. The clock must not stand still for ever because of it.
      const { environmentId } = lane;
      this.log.error('Something due is not done', {
        event: 'sandbox.stuck',
        environment: environmentId,
        now: lane.now,
      });
      return { accepted, nextDueAt };
    }
  }

  /** At one instant: what was received (exits, then entries), then what is due, then the letters. */
  private async pass(lane: VirtualLane): Promise<Pass> {
    let events = 0;
    for (let applied = await this.events.batch(lane); applied > 0; applied = await this.events.batch(lane))
      events += applied;
    const runs = await this.runs.batch(lane);
    const { claimed, accepted } = await this.letters.run(lane);
    return { moved: events + runs + claimed > 0, accepted };
  }

  private async moveTo(lane: VirtualLane, now: Date): Promise<VirtualLane> {
    await this.database.query('UPDATE environments SET virtual_now = $2 WHERE id = $1', [lane.environmentId, now]);
    return { ...lane, now };
  }
}
