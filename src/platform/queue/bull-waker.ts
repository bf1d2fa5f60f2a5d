import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../clock/clock.js';
import { logger } from '../logging/logger.js';
import { Seldom } from '../logging/seldom.js';
import type { StageLoop } from './stage-loop.js';
import { StageQueues } from './stage-queues.js';
import { type StageName, StageWaker } from './stages.js';

const COALESCE_MS = 50;
/** While this process is busy with a stage itself it calls the others so often to help. */
const CALL_FOR_HELP_MS = 1_000;

/**
 * Wakes stages, at most once a stage and 50 ms, however many rows were written: the loop of this process where it runs the stage and
 * has nothing to do, else whoever takes a BullMQ job. A job for every wake-up would cost a busy process more than it brings the others.
 */
@Injectable()
export class BullWaker extends StageWaker {
  private readonly log = logger(BullWaker.name);
  private readonly armed = new Map<StageName, NodeJS.Timeout>();
  private readonly adding = new Set<Promise<unknown>>();
  private readonly loops = new Map<StageName, StageLoop>();
  private readonly clock = new ProcessClock();
  private readonly seldom = new Seldom();
  private readonly calledAtMs = new Map<StageName, number>();
  private closed = false;

  constructor(private readonly queues: StageQueues) {
    super();
  }

  wake(stage: StageName): void {
    if (this.closed || this.armed.has(stage)) return;
    this.armed.set(
      stage,
      setTimeout(() => this.pass(stage), COALESCE_MS),
    );
  }

  /** This process runs the stage. */
  attach(stage: StageName, loop: StageLoop): void {
    this.loops.set(stage, loop);
  }

  /** Adds nothing more and waits for what is on its way. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.armed.values()) clearTimeout(timer);
    await Promise.allSettled(this.adding);
  }

  private pass(stage: StageName): void {
    this.armed.delete(stage);
    const loop = this.loops.get(stage);
    const isBusy = loop?.isDraining ?? true;
    if (loop) void loop.wake();
    if (isBusy && (!loop || this.mayCall(stage))) this.add(stage);
  }

  private mayCall(stage: StageName): boolean {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - (this.calledAtMs.get(stage) ?? -Infinity) < CALL_FOR_HELP_MS) return false;
    this.calledAtMs.set(stage, nowMs);
    return true;
  }

  private add(stage: StageName): void {
    const adding = this.queues.of(stage).add('wake', {}, { removeOnComplete: true, removeOnFail: true });
    const settled: Promise<unknown> = adding.catch((error: Error) => this.lost(stage, error));
    this.adding.add(settled);
    void settled.finally(() => this.adding.delete(settled));
  }

  /** A queue that refuses would make it a line each time that something is written. */
  private lost(stage: StageName, error: Error): void {
    if (!this.seldom.mayTell(stage)) return;
    this.log.warn('a wake-up was lost; the sweep will see to it', {
      event: 'queue.wake_lost',
      stage,
      reason: error.message,
    });
  }
}
