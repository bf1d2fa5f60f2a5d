import { exitBySubject, exitFor, type ExitReason } from '../domain/exit.js';
import type { EventFacts, Facts } from '../domain/run.js';
import { type OthersEvent, readOthersEvents } from '../enrollments/others-events.js';
import { readStoredEvents } from '../enrollments/stored-events.js';
import type { Sql } from '../platform/database/sql.js';
import type { LockedLetter } from './guard-locks.js';

/**
 * Events that were applied when a letter's run was over, and so ended nothing: a letter that somebody sends again must not
 * remind of a cart that was bought since. Nothing is read of runs that go on.
 */
export class PastExits {
  private constructor(
    private readonly own: ReadonlyMap<string, readonly EventFacts[]>,
    private readonly others: ReadonlyMap<string, readonly OthersEvent[]>,
  ) {}

  static async read(tx: Sql, locked: readonly LockedLetter[]): Promise<PastExits> {
    const over = locked.filter(isOver);
    const [first] = over;
    if (!first) return new PastExits(new Map(), new Map());
    const own = await readStoredEvents(
      tx,
      over.flatMap(({ letter: { message, compiled }, run }) =>
        compiled.exits.map(({ event }) => ({ ...message, type: event, since: run.state.enteredAt, data: true })),
      ),
    );
    const starts = over.map(({ letter: { message, compiled }, run }) => ({
      event: { environmentId: message.environmentId, occurredAt: run.state.enteredAt },
      compiled,
    }));
    const others = await readOthersEvents(tx, first.letter.message.clock, starts);
    const byContact = new Map<string, EventFacts[]>();
    for (const { contactId, facts } of own) byContact.set(contactId, [...(byContact.get(contactId) ?? []), facts]);
    return new PastExits(byContact, others);
  }

  /** The reason with which one of them would have ended the letter's run, or null. */
  of(one: LockedLetter, facts: Facts, now: Date): ExitReason | null {
    if (!isOver(one)) return null;
    const { letter, run } = one;
    const { message, compiled } = letter;
    // As on entering: the run's own event ends nothing, though others of its type may.
    const isSince = ({ id, at }: EventFacts): boolean =>
      id !== run.state.event.id && Date.parse(at) >= run.state.enteredAt.getTime();
    for (const event of (this.own.get(message.contactId) ?? []).filter(isSince)) {
      const reason = exitFor(compiled, run.state, event, facts, now);
      if (reason) return reason;
    }
    for (const { contactId, facts: event } of this.others.get(message.environmentId) ?? []) {
      if (contactId === message.contactId || !isSince(event)) continue;
      const reason = exitBySubject(compiled, run.state, event, facts, now);
      if (reason) return reason;
    }
    return null;
  }
}

function isOver({ run }: LockedLetter): boolean {
  return run.state.state === 'ended';
}
