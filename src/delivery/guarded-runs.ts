import { Injectable } from '@nestjs/common';
import type { MessageOutcome } from '../domain/run.js';
import type { RunRef } from '../enrollments/ports.js';
import { RunMover } from '../enrollments/run-mover.js';
import type { Sql } from '../platform/database/sql.js';
import type { ClearedLetter } from './guard-writes.js';
import { isEnd, type JudgedLetter } from './judged-letter.js';
import type { Verdict } from './verdict.js';

/** Moves the runs of letters on which the guard has decided, in its transaction and under its locks. */
@Injectable()
export class GuardedRuns {
  constructor(private readonly runs: RunMover) {}

  /** The run of a letter that leaves its step for the first time goes on; one whose last letter ends unsent is completed. */
  async move(tx: Sql, judged: readonly JudgedLetter[], at: Date): Promise<void> {
    const left = judged.flatMap(({ letter: { message }, verdict }) => {
      const outcome = outcomeOf(verdict);
      return outcome && message.attempts === 0 ? [{ ...message, enrollmentId: message.enrollmentId, outcome }] : [];
    });
    if (left.length > 0) await this.runs.afterMessages(tx, left, at);
    const exits = judged.flatMap(({ letter: { message }, verdict }) =>
      'endRun' in verdict && verdict.endRun ? [{ ...message, reason: verdict.endRun }] : [],
    );
    if (exits.length > 0) await this.runs.exit(tx, exits, at);
    const tried = judged.flatMap(({ letter: { message }, verdict }) =>
      isEnd(verdict) && message.attempts > 0 ? [message] : [],
    );
    if (tried.length > 0) await this.runs.settle(tx, tried, at);
  }

  /** Where letters are accepted by being cleared, a run behind its last letter waits for nothing else. */
  async complete(tx: Sql, cleared: readonly ClearedLetter[], at: Date): Promise<void> {
    const messages = cleared.map(({ letter: { message } }) => message);
    const standing = await tx.query<RunRef & Record<string, string>>(STANDING_AT_END, [
      messages.map((m) => m.environmentId),
      messages.map((m) => m.enrollmentId),
    ]);
    if (standing.length > 0) await this.runs.settle(tx, standing, at);
  }
}

function outcomeOf(verdict: Verdict): MessageOutcome | null {
  if (verdict.kind === 'send') return { kind: 'sent' };
  if (verdict.kind === 'skip') return { kind: 'skipped', reason: verdict.reason };
  return verdict.kind === 'fail' ? { kind: 'failed', reason: verdict.reason } : null;
}

const STANDING_AT_END = `
SELECT r.environment_id AS "environmentId", r.id AS "enrollmentId" FROM enrollments AS r
WHERE (r.environment_id, r.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND r.state = 'sending' AND r.position = 'end'`;
