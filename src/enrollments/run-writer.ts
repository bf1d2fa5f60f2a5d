import { Injectable } from '@nestjs/common';
import type { CancelReason } from '../domain/reasons.js';
import type { PlannedMessage } from '../domain/run.js';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import { StageWaker } from '../platform/queue/stages.js';
import { DueMark } from './marks.js';
import { type LedgerRow, MessageLedger, type RunRef } from './ports.js';
import type { LedgerWave, WorkingRun } from './working-run.js';
import { insertRuns, insertSteps, updateRuns } from './write-runs.js';

const NOTHING: LedgerWave = { cancel: null, plan: [] };

/** Writes what a batch decided: runs, their history, their messages, each in one statement. */
@Injectable()
export class RunWriter {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly dueMark: DueMark,
    private readonly waker: StageWaker,
  ) {}

  /**
   * Writes the changed runs of a batch within its transaction, runs before messages (the order of locks).
   * @param at the batch's instant (lane time), for the messages' created_at
   */
  async write(tx: Sql, runs: Iterable<WorkingRun>, at: Date): Promise<void> {
    const all = [...runs];
    this.lowerMark(all);
    const changed = all.filter((run) => run.isChanged);
    if (changed.length === 0) return;
    // Ends before beginnings: at every instant a person has one running run of a scenario and subject.
    await updateRuns(
      tx,
      changed.filter((run) => !run.isNew),
    );
    await insertRuns(
      tx,
      changed.filter((run) => run.isNew),
    );
    await insertSteps(tx, changed);
    await this.tellLedger(tx, changed, at);
  }

  /** Wakes delivery when a batch planned letters in live; to be called after the commit where that is possible. */
  wakeDelivery(runs: Iterable<WorkingRun>): void {
    for (const { identity, waves } of runs)
      if (identity.clock === 'real' && waves.some(({ plan }) => plan.some(({ state }) => state === 'planned')))
        return this.waker.wake('delivery');
  }

  /** Of unchanged runs too: a claim that met their locks went past them. */
  private lowerMark(runs: readonly WorkingRun[]): void {
    for (const { identity, state } of runs)
      if (identity.clock === 'real' && state.dueAt) this.dueMark.lower(state.dueAt);
  }

  private async tellLedger(tx: Sql, runs: readonly WorkingRun[], at: Date): Promise<void> {
    const depth = Math.max(...runs.map((run) => run.waves.length));
    for (let wave = 0; wave < depth; wave++) {
      const cancels: (RunRef & { readonly reason: CancelReason })[] = [];
      const rows: LedgerRow[] = [];
      for (const run of runs) {
        const { cancel: reason, plan } = run.waves[wave] ?? NOTHING;
        const { environmentId, id: enrollmentId } = run.identity;
        if (reason) cancels.push({ environmentId, enrollmentId, reason });
        for (const message of plan) rows.push(ledgerRow(run, message, at));
      }
      if (cancels.length > 0) await this.ledger.cancel(tx, cancels);
      if (rows.length > 0) await this.ledger.plan(tx, rows);
    }
  }
}

function ledgerRow({ identity }: WorkingRun, message: PlannedMessage, createdAt: Date): LedgerRow {
  return {
    id: newId(),
    environmentId: identity.environmentId,
    storeId: identity.storeId,
    clock: identity.clock,
    enrollmentId: identity.id,
    contactId: identity.contactId,
    scenarioKey: identity.scenarioKey,
    version: identity.version,
    variant: message.variant,
    messageClass: identity.messageClass,
    createdAt,
    stepId: message.stepId,
    stepNumber: message.stepNumber,
    pass: message.pass,
    round: message.round,
    template: message.template,
    templatePin: message.templatePin,
    policy: message.policy,
    dueAt: message.dueAt,
    state: message.state,
    reason: message.reason,
    detail: message.detail,
  };
}
