import { Injectable } from '@nestjs/common';
import type { MessageOutcome } from '../domain/run.js';
import { type LeftMessage, RunMover } from '../enrollments/run-mover.js';
import { WorkingRun } from '../enrollments/working-run.js';
import type { Sql } from '../platform/database/sql.js';
import { isEnd, type JudgedLetter } from './judged-letter.js';
import type { Verdict } from './verdict.js';

/** Moves the runs of letters on which the guard has decided, in its transaction and under its locks. */
@Injectable()
export class GuardedRuns {
  constructor(private readonly runs: RunMover) {}

  /**
   * The run of a letter that leaves its step for the first time goes on; one whose last letter ends is completed.
   * @param isLedger letters are accepted by being cleared: a run behind its last letter waits for nothing else
   */
  async move(tx: Sql, judged: readonly JudgedLetter[], isLedger: boolean, at: Date): Promise<void> {
    const left = new Map(judged.flatMap((one) => leftMessage(one, isLedger)));
    await this.runs.afterMessages(tx, [...left.values()], at);
    const exits = judged.flatMap(({ letter: { message }, verdict }) =>
      'endRun' in verdict && verdict.endRun ? [{ ...message, reason: verdict.endRun }] : [],
    );
    if (exits.length > 0) await this.runs.exit(tx, exits, at);
    // Their runs went on when they were tried first, and may stand at their end by now.
    const tried = judged.filter(({ letter, verdict }) => letter.message.attempts > 0 && isSettled(verdict, isLedger));
    if (tried.length > 0)
      await this.runs.settle(
        tx,
        tried.map(({ letter }) => letter.message),
        at,
      );
  }
}

/** By its run's id: no entry for a letter that stays on its step, or was tried before. */
function leftMessage({ letter, run, facts, verdict }: JudgedLetter, isLedger: boolean): [string, LeftMessage][] {
  const { message, compiled } = letter;
  const outcome = outcomeOf(verdict);
  if (!outcome || message.attempts > 0) return [];
  const { stepId, pass } = message;
  const working = new WorkingRun(run, compiled, false);
  return [
    [message.enrollmentId, { run: working, facts, stepId, pass, outcome, isSettled: isSettled(verdict, isLedger) }],
  ];
}

function outcomeOf(verdict: Verdict): MessageOutcome | null {
  if (verdict.kind === 'send') return { kind: 'sent' };
  if (verdict.kind === 'skip') return { ...verdict, kind: 'skipped' };
  if (verdict.kind === 'end') return { kind: 'ended', reason: verdict.reason, end: verdict.endRun };
  return verdict.kind === 'fail' ? { kind: 'failed', reason: verdict.reason } : null;
}

function isSettled(verdict: Verdict, isLedger: boolean): boolean {
  return verdict.kind === 'send' ? isLedger : isEnd(verdict);
}
