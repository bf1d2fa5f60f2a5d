import { Injectable } from '@nestjs/common';
import { MessageLedger } from '../enrollments/ports.js';
import { laneNow, type Lane } from '../platform/clock/lane.js';
import { isRefused } from '../platform/database/database-error.js';
import { codeOf, EngineDatabase, IS_HELD } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { Clearing, type WayOutOfLetters } from './clearing.js';
import { GuardFacts } from './guard-facts.js';
import { freeLetters, lockLetters } from './guard-locks.js';
import { GuardNews } from './guard-news.js';
import type { ClearedLetter } from './guard-writes.js';
import { GuardedRuns } from './guarded-runs.js';
import type { Letter } from './letter.js';
import { Restraint } from './restraint.js';
import { judgeLetter } from './verdict.js';

/** What the guard did with a group of letters. */
export interface Guarded {
  /** In `sending` now: to be handed to the transport (accepted already, where that is the ledger). */
  readonly cleared: readonly ClearedLetter[];
  /** Letters that were ended, held, put off or are to be rendered again; those that wait for an event are left out. */
  readonly others: number;
  /** Nothing was done with these: somebody holds their person, run or row for long, or PostgreSQL refuses what they come to. */
  readonly held: readonly Letter[];
  /** A clock that never jumps, read before the lease began. */
  readonly sinceMs: number;
}

/** The last guard: decides under the locks of people, runs and messages which letters go, and moves their runs on. */
@Injectable()
export class Guard {
  private readonly log = logger(Guard.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly facts: GuardFacts,
    private readonly restraint: Restraint,
    private readonly clearing: Clearing,
    private readonly runs: GuardedRuns,
    private readonly news: GuardNews,
    private readonly ledger: MessageLedger,
  ) {}

  /**
   * Clears a group. A session that was left open, or a worker that is frozen, holds back the letters of the people whose rows it holds,
   * not those of everybody who is claimed with them. Neither does a letter that cannot be stored.
   */
  async clear(lane: Lane, token: string, transport: WayOutOfLetters, letters: readonly Letter[]): Promise<Guarded> {
    try {
      return await this.together(lane, token, transport, letters);
    } catch (error) {
      if (isRefused(error)) return this.apart(lane, token, transport, letters, error);
      if (codeOf(error) !== IS_HELD) throw error;
      const free = await freeLetters(this.db, this.ledger, letters);
      const held = letters.filter((letter) => !free.includes(letter)); // none: they were let go meanwhile, or a whole table is held
      if (held.length > 0)
        this.log.warn('rows of letters stay locked for long: they wait', {
          event: 'delivery.letters_held',
          letters: held.length,
        });
      return { ...(await this.together(lane, token, transport, free)), held };
    }
  }

  /** One letter that comes to something which cannot be stored must not stop everybody's: halve until it stands alone. */
  private async apart(
    lane: Lane,
    token: string,
    transport: WayOutOfLetters,
    letters: readonly Letter[],
    error: unknown,
  ): Promise<Guarded> {
    if (letters.length <= 1) {
      const details = { event: 'delivery.letter_refused', message: letters[0]?.message.id };
      this.log.error('a letter could not be stored: it waits', details, error);
      return { cleared: [], others: 0, held: letters, sinceMs: this.clearing.nowMs() };
    }
    const middle = Math.ceil(letters.length / 2);
    const first = await this.clear(lane, token, transport, letters.slice(0, middle));
    const rest = letters.slice(middle);
    const second = await this.clear(lane, token, transport, rest).catch((later: unknown): Guarded => {
      if (first.cleared.length === 0) throw later; // else they are in `sending`, and nobody but this process may hand them over
      this.log.warn('letters could not be cleared: they wait', {
        event: 'delivery.letters_held',
        letters: rest.length,
      });
      return { cleared: [], others: 0, held: rest, sinceMs: first.sinceMs };
    });
    return {
      cleared: [...first.cleared, ...second.cleared],
      others: first.others + second.others,
      held: [...first.held, ...second.held],
      sinceMs: first.sinceMs,
    };
  }

  /** One transaction for the whole group. When its COMMIT is in doubt, only what the database says is `sending` is cleared. */
  private async together(
    lane: Lane,
    token: string,
    transport: WayOutOfLetters,
    letters: readonly Letter[],
  ): Promise<Guarded> {
    const sinceMs = this.clearing.nowMs();
    let decided: Guarded | null = null;
    try {
      return await this.db.transaction(async (tx) => {
        decided = null;
        return (decided = { ...(await this.decide(tx, lane, token, transport, letters)), held: [], sinceMs });
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
  ): Promise<Omit<Guarded, 'sinceMs' | 'held'>> {
    const locked = await lockLetters(tx, token, letters, this.clearing.heldMs);
    if (locked.length === 0) return { cleared: [], others: 0 };
    const at = await laneNow(tx, lane);
    const inputs = await this.facts.load(tx, locked, at);
    const willing = inputs.map((input) => ({ input, verdict: judgeLetter(input) }));
    const restrained = await this.restraint.apply(tx, willing, at);
    const judged = restrained.map(({ input: { facts }, verdict }, i) => ({ ...locked[i]!, facts, verdict }));
    const { cleared, unsent } = await this.clearing.write(tx, token, transport, judged, at);
    await this.runs.move(tx, judged, transport.isLedger, at);
    this.news.tell(lane, cleared, unsent, transport.isLedger);
    return { cleared, others: unsent.filter(({ verdict }) => verdict.kind !== 'event-first').length };
  }

  private async committed(token: string, decided: Guarded): Promise<Guarded> {
    const ids = decided.cleared.map(({ letter }) => letter.message.id);
    const rows = await this.db.query<{ id: string }>(STILL_SENDING, [token, ids]);
    const sending = new Set(rows.map(({ id }) => id));
    return { ...decided, cleared: decided.cleared.filter(({ letter }) => sending.has(letter.message.id)) };
  }
}

const STILL_SENDING = `
SELECT m.id FROM messages AS m WHERE m.claim_token = $1 AND m.id = ANY ($2::uuid[]) AND (m.state = 'accepted'
  OR m.state = 'sending' AND m.lease_until > clock_timestamp())`;
