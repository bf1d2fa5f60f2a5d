import { Injectable } from '@nestjs/common';
import type { MessageOutcome } from '../domain/run.js';
import type { RunRef } from '../enrollments/ports.js';
import { RunMover } from '../enrollments/run-mover.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { laneNow, type Lane } from '../platform/clock/lane.js';
import { Env } from '../platform/config/env.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { StageWaker } from '../platform/queue/stages.js';
import { WorkerIncarnation } from '../platform/worker-incarnation.js';
import { DeliveryTimes } from './delivery-times.js';
import { DueWatermark } from './due-watermark.js';
import { GuardFacts } from './guard-facts.js';
import { lockLetters } from './guard-locks.js';
import { writeSending, writeUnsent, type ClearedLetter } from './guard-writes.js';
import type { Letter } from './letter.js';
import { clearedLetter } from './mail-of-letter.js';
import { parseMailbox } from './mail-headers.js';
import type { Transport } from './transports/transport.js';
import { Restraint } from './restraint.js';
import { judgeLetter, type Verdict } from './verdict.js';

/** What the guard did with a group of letters. */
export interface Guarded {
  /** In `sending` now: to be handed to the transport (accepted already, where that is the ledger). */
  readonly cleared: readonly ClearedLetter[];
  /** Letters that were ended, held, put off or are to be rendered again; those that wait for an event are left out. */
  readonly others: number;
  /** A clock that never jumps, read before the lease began. */
  readonly sinceMs: number;
}

type WayOutOfLetters = Pick<Transport, 'name' | 'isLedger'>;
type Judged = { readonly letter: Letter; readonly verdict: Verdict };
type Unsent = { readonly letter: Letter; readonly verdict: Exclude<Verdict, { readonly kind: 'send' }> };

/** The last guard: decides under the locks of people, runs and messages which letters go, and moves their runs on. */
@Injectable()
export class Guard {
  private readonly log = logger(Guard.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly facts: GuardFacts,
    private readonly restraint: Restraint,
    private readonly runs: RunMover,
    private readonly worker: WorkerIncarnation,
    private readonly env: Env,
    private readonly times: DeliveryTimes,
    private readonly clock: ProcessClock,
    private readonly watermark: DueWatermark,
    private readonly waker: StageWaker,
  ) {}

  /** One transaction for the whole group. When its COMMIT is in doubt, only what the database says is `sending` is cleared. */
  async clear(lane: Lane, token: string, transport: WayOutOfLetters, letters: readonly Letter[]): Promise<Guarded> {
    const sinceMs = this.clock.monotonicMs();
    let decided: Guarded | null = null;
    try {
      return await this.db.transaction(async (tx) => {
        decided = null;
        return (decided = { ...(await this.decide(tx, lane, token, transport, letters)), sinceMs });
      });
    } catch (error) {
      if (!decided) throw error;
      this.log.warn('A commit is in doubt: reading what became of it', { event: 'delivery.commit_in_doubt' });
      return this.committed(token, decided);
    }
  }

  private async decide(
    tx: Sql,
    lane: Lane,
    token: string,
    transport: WayOutOfLetters,
    letters: readonly Letter[],
  ): Promise<Omit<Guarded, 'sinceMs'>> {
    const locked = await lockLetters(tx, token, letters);
    if (locked.length === 0) return { cleared: [], others: 0 };
    const at = await laneNow(tx, lane);
    const inputs = await this.facts.load(tx, locked, at);
    const willing = inputs.map((input) => ({ input, verdict: judgeLetter(input) }));
    const judged = (await this.restraint.apply(tx, willing, at)).map(({ input: { letter }, verdict }) => ({
      letter,
      verdict,
    }));
    const defaultFrom = parseMailbox(this.env.MAIL_FROM);
    const cleared = judged.flatMap(({ letter, verdict }) =>
      verdict.kind === 'send' && letter.rendered.ok
        ? [clearedLetter(letter, letter.rendered, verdict.to, defaultFrom, at)]
        : [],
    );
    const unsent = judged.filter((one): one is Unsent => one.verdict.kind !== 'send');
    await writeSending(tx, { token, workerId: this.worker.id, transport, leaseMs: this.times.leaseMs, at }, cleared);
    await writeUnsent(tx, unsent, this.times.eventFirstMs);
    await this.moveRuns(tx, judged, at);
    if (transport.isLedger) await this.completeRuns(tx, cleared, at);
    this.tell(lane, unsent);
    this.tellRefusedLinks(cleared);
    if (transport.isLedger && lane.clock === 'real') this.waker.wake('stats');
    return { cleared, others: unsent.filter(({ verdict }) => verdict.kind !== 'event-first').length };
  }

  /** The run of a letter that leaves its step for the first time goes on; one whose last letter ends unsent is completed. */
  private async moveRuns(tx: Sql, judged: readonly Judged[], at: Date): Promise<void> {
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
  private async completeRuns(tx: Sql, cleared: readonly ClearedLetter[], at: Date): Promise<void> {
    const messages = cleared.map(({ letter: { message } }) => message);
    const standing = await tx.query<RunRef & Record<string, string>>(STANDING_AT_END, [
      messages.map((m) => m.environmentId),
      messages.map((m) => m.enrollmentId),
    ]);
    if (standing.length > 0) await this.runs.settle(tx, standing, at);
  }

  private tell(lane: Lane, unsent: readonly Unsent[]): void {
    for (const {
      letter: { message },
      verdict,
    } of unsent) {
      if (lane.clock === 'real' && !isEnd(verdict)) this.watermark.lower(message.dueAt);
      if (verdict.kind === 'event-first' && lane.clock === 'real') this.waker.wake('enrollments');
      if (verdict.kind === 'fail')
        this.log.warn(`A letter cannot be made: ${verdict.detail}`, {
          event: 'delivery.template_error',
          messageId: message.id,
          template: message.templateKey,
        });
    }
  }

  /** Such a link leads to `#`; which one is said, what stood there is not: it may hold anything. */
  private tellRefusedLinks(cleared: readonly ClearedLetter[]): void {
    for (const {
      letter: { message, rendered },
    } of cleared)
      if (rendered.ok && rendered.refusedLinks.length > 0)
        this.log.warn('A letter went out with links that lead nowhere: its data gave no safe address', {
          event: 'delivery.links_refused',
          messageId: message.id,
          template: message.templateKey,
          links: rendered.refusedLinks.slice(0, 10),
        });
  }

  private async committed(token: string, decided: Guarded): Promise<Guarded> {
    const ids = decided.cleared.map(({ letter }) => letter.message.id);
    const rows = await this.db.query<{ id: string }>(STILL_SENDING, [token, ids]);
    const sending = new Set(rows.map(({ id }) => id));
    return { ...decided, cleared: decided.cleared.filter(({ letter }) => sending.has(letter.message.id)) };
  }
}

function isEnd(verdict: Verdict): boolean {
  return verdict.kind === 'skip' || verdict.kind === 'fail' || verdict.kind === 'cancel' || verdict.kind === 'end';
}

function outcomeOf(verdict: Verdict): MessageOutcome | null {
  if (verdict.kind === 'send') return { kind: 'sent' };
  if (verdict.kind === 'skip') return { kind: 'skipped', reason: verdict.reason };
  return verdict.kind === 'fail' ? { kind: 'failed', reason: verdict.reason } : null;
}

const STILL_SENDING = `
SELECT m.id FROM messages AS m WHERE m.claim_token = $1 AND m.id = ANY ($2::uuid[]) AND (m.state = 'accepted'
  OR m.state = 'sending' AND m.lease_until > clock_timestamp())`;

const STANDING_AT_END = `
SELECT r.environment_id AS "environmentId", r.id AS "enrollmentId" FROM enrollments AS r
WHERE (r.environment_id, r.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND r.state = 'sending' AND r.position = 'end'`;
