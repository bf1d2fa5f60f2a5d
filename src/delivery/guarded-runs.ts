import { Injectable } from '@nestjs/common';
import type { MessageOutcome } from '../domain/run.js';
import { standsAtEnd } from '../domain/timeline.js';
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
   * The run of a letter that leaves its step for the first time goes on; one whose last letter ends is completed. Two letters may be of one
   * run: beside the one that it stands at, an earlier one that could not be made and is sent again.
   * @param isLedger letters are accepted by being cleared: a run behind its last letter waits for nothing else
   */
  async move(tx: Sql, judged: readonly JudgedLetter[], isLedger: boolean, at: Date): Promise<void> {
    const runs = new Map(
      judged.map(({ run, letter }) => [run.identity.id, new WorkingRun(run, letter.compiled, false)]),
    );
    const left = judged.flatMap((one) => leftMessage(one, runs.get(one.run.identity.id)!, isLedger));
    await this.runs.afterMessages(tx, left, at);
    const exits = judged.flatMap(({ letter: { message }, verdict }) =>
      'endRun' in verdict && verdict.endRun ? [{ ...message, reason: verdict.endRun }] : [],
    );
    if (exits.length > 0) await this.runs.exit(tx, exits, at);
    // These runs went on when their letter was tried first, or could not be made, and wait for nothing but its end.
    const waiting = judged.filter(({ run, verdict }) => standsAtEnd(run.state) && isSettled(verdict, isLedger));
    if (waiting.length > 0)
      await this.runs.settle(
        tx,
        waiting.map(({ letter }) => letter.message),
        at,
      );
  }
}

/** None for a letter that stays on its step, or was tried before. */
function leftMessage(
  { letter: { message }, facts, verdict }: JudgedLetter,
  run: WorkingRun,
  isLedger: boolean,
): LeftMessage[] {
  const outcome = outcomeOf(verdict);
  if (!outcome || message.attempts > 0) return [];
  const { stepId, pass, round } = message;
  return [{ run, facts, stepId, pass, round, outcome, isSettled: isSettled(verdict, isLedger) }];
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
