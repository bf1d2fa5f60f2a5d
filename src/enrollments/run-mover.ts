import { Injectable } from '@nestjs/common';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { EndReason } from '../domain/reasons.js';
import { stepAt } from '../domain/step-at.js';
import type { Facts, MessageOutcome, RunState } from '../domain/run.js';
import type { MessageClass } from '../domain/scenario-schema.js';
import { afterMessage } from '../domain/timeline.js';
import type { Sql } from '../platform/database/sql.js';
import { MessageLedger, type RunRef } from './ports.js';
import { RunReader } from './run-reader.js';
import { RunWriter } from './run-writer.js';
import { settleStanding } from './settle-standing.js';
import type { WorkingRun } from './working-run.js';

/** A message that left its step, with the run that it belongs to, locked by this transaction, and what is known of both. */
export interface LeftMessage {
  readonly run: WorkingRun;
  readonly facts: Facts;
  readonly stepId: string;
  readonly pass: number;
  /** A letter of an earlier turn of a repeat may be sent again while the run stands at the same step. */
  readonly round: number;
  readonly outcome: MessageOutcome;
  /** Nothing more will be heard of it: a run behind its last letter waits for nothing else. */
  readonly isSettled: boolean;
}

/**
 * Moves runs on from outside their own due time: for delivery, tracking, contacts. Joins the caller's transaction, in
 * which the contacts of these runs are locked; takes the runs' locks sorted by (environment_id, id), before any message's.
 */
@Injectable()
export class RunMover {
  constructor(
    private readonly reader: RunReader,
    private readonly ledger: MessageLedger,
    private readonly writer: RunWriter,
  ) {}

  /**
   * Moves runs on from letters that went to `sending` or ended unsent. One that has moved on or ended meanwhile stays, and counts a letter
   * that went out: it is over only when nothing of that is on the way.
   * Whoever settles letters writes them before this call: a run behind its last letter is completed by it.
   * @param at lane time, the instant from which the next wait counts
   */
  async afterMessages(tx: Sql, items: readonly LeftMessage[], at: Date): Promise<void> {
    const current = items.filter(({ run, pass }) => run.isRunning && run.state.pass === pass);
    if (current.length === 0) return;
    const standing = current.filter(
      ({ run, stepId, round }) => run.state.round === round && standsOn(run.compiled, run.state, stepId),
    );
    for (const item of current) if (item.outcome.kind === 'sent' && !standing.includes(item)) item.run.countTouches(1);
    for (const { run, outcome, facts } of standing)
      run.apply(afterMessage(run.compiled, run.state, outcome, facts, at));
    const settled = standing.filter(({ isSettled }) => isSettled).map(({ run }) => run);
    await settleStanding(tx, this.ledger, settled, at);
    await this.write(tx, [...new Set(current.map(({ run }) => run))], at);
  }

  /** Ends runs and takes back what they still had to send; an ended one stays as it is. */
  async exit(tx: Sql, items: readonly (RunRef & { readonly reason: EndReason })[], at: Date): Promise<void> {
    const reasons = new Map(items.map((item) => [item.enrollmentId, item.reason]));
    const running = (await this.reader.lock(tx, items)).filter((run) => run.isRunning);
    for (const run of running) run.end(reasons.get(run.identity.id)!, at);
    await this.write(tx, running, at);
  }

  /** Completes those of these runs that stand behind their last step with no message on the way. */
  async settle(tx: Sql, items: readonly RunRef[], at: Date): Promise<void> {
    const runs = await this.reader.lock(tx, items);
    await settleStanding(tx, this.ledger, runs, at);
    await this.write(tx, runs, at);
  }

  /** Ends the contact's running runs of these classes and takes back what they still had to send. */
  async endForContact(
    tx: Sql,
    end: {
      readonly environmentId: string;
      readonly contactId: string;
      readonly reason: EndReason;
      readonly classes: readonly MessageClass[];
    },
    at: Date,
  ): Promise<void> {
    const running = (await this.reader.lockRunning(tx, [end])).filter(({ identity }) =>
      end.classes.includes(identity.messageClass),
    );
    for (const run of running) run.end(end.reason, at);
    await this.write(tx, running, at);
  }

  private async write(tx: Sql, runs: readonly WorkingRun[], at: Date): Promise<void> {
    await this.writer.write(tx, runs, at);
    // Before the commit, which is the caller's: a wake-up takes 50 ms to come, and a lost one costs a sweep.
    this.writer.wakeDelivery(runs);
  }
}

function standsOn(compiled: CompiledScenario, run: RunState, stepId: string): boolean {
  return run.state === 'sending' && stepAt(compiled, run)?.step.id === stepId;
}
