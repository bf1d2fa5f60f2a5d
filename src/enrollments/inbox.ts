import { Injectable } from '@nestjs/common';
import { type ContactRef, lockContacts } from '../contacts/contact-facts.js';
import type { EventFacts } from '../domain/run.js';
import type { Lane } from '../platform/clock/lane.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import { InboxMark } from './marks.js';
import { EVERYTHING } from './watermark.js';
import type { EventOutcome } from './event-outcome.js';

/** How far a worker looks past contacts that others are working on. */
const LOOKED_AT = 1_000;
const EVENTS_A_BATCH = 2_000;
/** Enough to get on with when every contact in sight is somebody else's at the moment. */
const WAITED_FOR = 20;

/** Bounds what a claim carries along. */
const MOST_LATE = 10_000;

/** A stored event that has not been applied yet. */
export interface InboxEvent extends ContactRef {
  readonly id: string;
  /** With PostgreSQL's microseconds, which a Date would lose: part of the row's key. */
  readonly receivedAt: string;
  readonly occurredAt: Date;
  readonly facts: EventFacts;
}

/** Contacts whose locks this transaction holds, and how far their events may be applied. */
export interface ClaimedContacts {
  readonly contacts: readonly ContactRef[];
  /** Virtual lane: the last instant in sight, so that everybody's events are applied in one order. Null: no limit. */
  readonly until: Date | null;
  /** Real lane: when the oldest waiting event was received, null when none waits. */
  readonly oldest: Date | null;
}

/** What became of an event. */
export interface SettledEvent {
  readonly outcomes: readonly EventOutcome[];
  /** An exit with `subject` names its type: it also ends what other people begin before it and tell of later. */
  readonly endsOthers: boolean;
}

interface OldestRow extends Record<string, unknown> {
  readonly environment_id: string;
  readonly contact_id: string;
  readonly at: Date;
}

interface EventRow {
  readonly environment_id: string;
  readonly id: string;
  readonly received_at: string;
  readonly key: string;
  readonly type: string;
  readonly contact_id: string;
  readonly occurred_at: Date;
  readonly data: Record<string, unknown>;
}

/** The stored events that wait to be applied. */
@Injectable()
export class Inbox {
  /** Contacts of the real lane whose events cannot be applied for now. */
  private readonly late = new Set<string>();

  constructor(private readonly mark: InboxMark) {}

  /**
   * Locks contacts of the oldest waiting events, leaving out those that others hold. Empty when nothing waits. In the real lane nobody
   * is waited for longer than a moment, here and in what follows: `IS_HELD`, also where all of them are somebody else's.
   */
  async claim(tx: Sql, lane: Lane): Promise<ClaimedContacts> {
    const rows = await (lane.clock === 'real' ? this.oldest(tx) : this.oldestVirtual(tx, lane.environmentId));
    const refs = rows.map((row) => ({ environmentId: row.environment_id, contactId: row.contact_id }));
    const patience = patienceOf(lane);
    let locked = await lockContacts(tx, refs, { ...patience, skipLocked: true });
    if (locked.size === 0) locked = await lockContacts(tx, refs.slice(0, WAITED_FOR), patience);
    return {
      contacts: refs.filter(({ contactId }) => locked.has(contactId)),
      until: lane.clock === 'virtual' ? (rows.at(-1)?.at ?? null) : null,
      oldest: lane.clock === 'real' ? (rows[0]?.at ?? null) : null,
    };
  }

  /** Those whose events were put off are left out until everything is looked at again, once a minute. */
  private oldest(tx: Sql): Promise<OldestRow[]> {
    const from = this.mark.from();
    if (from === EVERYTHING) this.late.clear();
    return tx.query<OldestRow>(OLDEST, [from, arrayText(this.late, (id) => id)]);
  }

  private oldestVirtual(tx: Sql, environmentId: string): Promise<OldestRow[]> {
    return tx.query<OldestRow>(OLDEST_VIRTUAL, [environmentId]);
  }

  /**
   * Contacts of the real lane whose events could not be applied: they are tried again with the minute's look at everything. As they
   * stay the oldest ones waiting, a thousand of them would otherwise hide everybody else's from every claim.
   */
  putOff(contacts: Iterable<ContactRef>): void {
    for (const { contactId } of contacts) if (this.late.size < MOST_LATE) this.late.add(contactId);
  }

  /** The contacts' waiting events in the order in which they are applied; read after the lock, so none is missing. */
  async read(tx: Sql, { contacts, until }: ClaimedContacts): Promise<InboxEvent[]> {
    if (contacts.length === 0) return [];
    const rows = await tx.query<EventRow>(READ, [
      arrayText(contacts, ({ environmentId }) => environmentId),
      arrayText(contacts, ({ contactId }) => contactId),
      until,
    ]);
    return rows.map((row) => ({
      environmentId: row.environment_id,
      contactId: row.contact_id,
      id: row.id,
      receivedAt: row.received_at,
      occurredAt: row.occurred_at,
      facts: { id: row.key, type: row.type, at: row.occurred_at.toISOString(), data: row.data },
    }));
  }

  /** Marks events as applied and says what became of each. */
  async settle(tx: Sql, events: readonly InboxEvent[], settled: (event: InboxEvent) => SettledEvent): Promise<void> {
    const answers = events.map(settled);
    if (events.length === 0) return;
    await tx.query(SETTLE, [
      arrayText(events, ({ environmentId }) => environmentId),
      arrayText(events, ({ id }) => id),
      arrayText(events, ({ receivedAt }) => receivedAt),
      arrayText(answers, ({ outcomes }) => JSON.stringify(outcomes)),
      arrayText(answers, ({ endsOthers }) => endsOthers),
    ]);
  }

  /** To be told after the commit how far the claim had come. */
  reached({ oldest }: ClaimedContacts): void {
    if (oldest) this.mark.reached(oldest);
  }
}

/** Live, whoever keeps rows stops nobody else; in a sandbox everybody's events are applied in one order. */
export function patienceOf(lane: Lane): { readonly waitMs?: number } {
  return lane.clock === 'real' ? {} : { waitMs: 0 };
}

const OLDEST = `
SELECT environment_id, contact_id, min(received_at) AS at FROM (
  SELECT environment_id, contact_id, received_at FROM storefront_events
  WHERE processed_at IS NULL AND clock = 'real' AND received_at >= $1
    AND contact_id NOT IN (SELECT unnest($2::uuid[]))
  ORDER BY received_at LIMIT ${LOOKED_AT}) oldest
GROUP BY environment_id, contact_id ORDER BY at`;

// The last instant of all rows in sight, not of each contact's first: until there nobody's event is out of sight.
const OLDEST_VIRTUAL = `
SELECT environment_id, contact_id, max(max(occurred_at)) OVER () AS at FROM (
  SELECT environment_id, contact_id, occurred_at FROM storefront_events
  WHERE environment_id = $1 AND processed_at IS NULL AND clock = 'virtual'
  ORDER BY occurred_at LIMIT ${LOOKED_AT}) oldest
GROUP BY environment_id, contact_id ORDER BY min(occurred_at)`;

// The inner order cuts, if at all, the last contact's events behind a complete beginning; the outer one is time's.
const READ = `
SELECT e.environment_id, e.id, e.received_at::text, e.key, e.type, e.contact_id, e.occurred_at, e.data FROM (
  SELECT s.* FROM unnest($1::uuid[], $2::uuid[]) AS mine (environment_id, contact_id)
  JOIN storefront_events s ON s.environment_id = mine.environment_id AND s.contact_id = mine.contact_id
  WHERE s.processed_at IS NULL AND ($3::timestamptz IS NULL OR s.occurred_at <= $3)
  ORDER BY s.environment_id, s.contact_id, s.occurred_at, s.received_at, s.id LIMIT ${EVENTS_A_BATCH}) e
ORDER BY e.occurred_at, e.received_at, e.id`;

const SETTLE = `
UPDATE storefront_events e SET processed_at = clock_timestamp(), outcomes = v.outcomes, ends_others = v.ends_others
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::jsonb[], $5::boolean[])
  AS v (environment_id, id, received_at, outcomes, ends_others)
WHERE e.environment_id = v.environment_id AND e.id = v.id AND e.received_at = v.received_at`;
