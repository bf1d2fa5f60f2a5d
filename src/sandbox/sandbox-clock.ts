import { Injectable } from '@nestjs/common';
import { CLAIM_SIZE, DeliverBatch } from '../delivery/deliver-batch.js';
import { ProcessEvents } from '../enrollments/process-events.js';
import { DUE_BATCH, RunDue } from '../enrollments/run-due.js';
import type { Lane } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { logger } from '../platform/logging/logger.js';
import { atOnce } from '../platform/queue/at-once.js';
import { Figures } from '../stats/figures.js';
import { HitCounter } from '../tracking/hit-counter.js';
import { type Agenda, nextDueAt, SandboxAgenda } from './sandbox-agenda.js';

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
    private readonly agenda: SandboxAgenda,
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
    let { accepted, left } = await this.live(lane);
    for (let next = nextDueAt(left); next && next <= target && next > lane.now; next = nextDueAt(left)) {
      lane = await this.moveTo(lane, next);
      const lived = await this.live(lane);
      accepted += lived.accepted;
      left = lived.left;
    }
    if (target > lane.now) {
      lane = await this.moveTo(lane, target);
      const next = nextDueAt(left);
      if (next && next <= target) accepted += (await this.live(lane)).accepted;
    }
    await this.count(lane, left);
    return accepted;
  }

  private async count(lane: VirtualLane, { hasHits }: Agenda): Promise<void> {
    if (hasHits) await this.hits.countAll(lane.environmentId);
    await this.figures.apply(lane);
  }

  /** Everything that happens at the lane's instant, and what is left to do. */
  private async live(lane: VirtualLane): Promise<{ readonly accepted: number; readonly left: Agenda }> {
    for (let accepted = 0, idle = 0; ;) {
      const agenda = await this.agenda.read(lane.environmentId, lane.now);
      const isDue = isOver(nextDueAt(agenda), lane);
      // Events that could not be applied are no reason to try again, as long as nothing is due.
      if (!isDue && (!agenda.hasEvents || idle > 0)) return { accepted, left: agenda };
      if (idle === IDLE_PASSES) {
        // Never expected: something is due and nobody takes it. The clock must not stand still for ever because of it.
        const { environmentId: environment, now } = lane;
        this.log.error('Something due is not done', { event: 'sandbox.stuck', environment, now });
        return { accepted, left: agenda };
      }
      const pass = await this.pass(lane, agenda);
      accepted += pass.accepted;
      idle = pass.moved ? 0 : idle + 1;
    }
  }

  /** At one instant: what was received (exits, then entries), then what is due, then the letters. */
  private async pass(lane: VirtualLane, agenda: Agenda): Promise<Pass> {
    let events = 0;
    if (agenda.hasEvents)
      for (let applied = await this.events.batch(lane); applied > 0; applied = await this.events.batch(lane))
        events += applied;
    const areRunsDue = events > 0 || isOver(agenda.runAt, lane);
    const runs = areRunsDue ? await drain(() => this.runs.batch(lane), DUE_BATCH) : 0;
    let accepted = 0;
    const sendBatch = async (): Promise<number> => {
      const sent = await this.letters.run(lane);
      accepted += sent.accepted;
      return sent.claimed;
    };
    const hasLetters = events + runs > 0 || isOver(agenda.letterAt, lane);
    // Which of a person's letters goes is asked of the figures: they must not depend on where the last call stopped the clock.
    if (hasLetters && (await this.agenda.hasRivals(lane.environmentId, lane.now))) await this.count(lane, agenda);
    const letters = hasLetters ? await drain(sendBatch, CLAIM_SIZE) : 0;
    return { moved: events + runs + letters > 0, accepted };
  }

  private async moveTo(lane: VirtualLane, now: Date): Promise<VirtualLane> {
    await this.database.query('UPDATE environments SET virtual_now = $2 WHERE id = $1', [lane.environmentId, now]);
    return { ...lane, now };
  }
}

/** One batch; while they come back full two at a time: Node works on one while PostgreSQL writes the other. */
async function drain(batch: () => Promise<number>, full: number): Promise<number> {
  let done = await batch();
  if (done < full) return done;
  await atOnce(2, async () => {
    for (let last = full; last === full; done += last) last = await batch();
  });
  return done;
}

function isOver(at: Date | null, { now }: VirtualLane): boolean {
  return at !== null && at <= now;
}
