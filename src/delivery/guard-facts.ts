import { Injectable } from '@nestjs/common';
import type { EventFacts } from '../domain/run.js';
import { FactLoader } from '../enrollments/fact-loader.js';
import { Env } from '../platform/config/env.js';
import { arrayText } from '../platform/database/array-text.js';
import type { Sql } from '../platform/database/sql.js';
import type { LockedLetter } from './guard-locks.js';
import { PastExits } from './past-exits.js';
import type { GuardInput } from './verdict.js';

interface EventRow {
  readonly environment_id: string;
  readonly contact_id: string;
  readonly key: string;
  readonly type: string;
  readonly occurred_at: Date;
  readonly data: Record<string, unknown>;
}

/** Reads what the guard looks at, in statements that begin after the locks are held: they see every committed order. */
@Injectable()
export class GuardFacts {
  constructor(
    private readonly facts: FactLoader,
    private readonly env: Env,
  ) {}

  /** One input a letter, in order. */
  async load(tx: Sql, locked: readonly LockedLetter[], now: Date): Promise<readonly GuardInput[]> {
    const inbox = await this.inbox(tx, locked);
    const others = await this.othersEvents(tx, locked);
    const publications = await this.publications(tx, locked);
    const pastExits = await PastExits.read(tx, locked);
    const questions = locked.map(({ letter: { message, compiled }, run }) => ({
      environmentId: message.environmentId,
      storeId: message.storeId,
      contactId: message.contactId,
      needs: compiled.needs,
      run: { enrollmentId: message.enrollmentId, pass: run.state.pass },
    }));
    const book = await this.facts.load(tx, questions, now);
    return locked.map((one) => {
      const { letter, run } = one;
      const { message, settings } = letter;
      const { environmentId, contactId, scenarioKey, enrollmentId, clock } = message;
      const facts = book.of(message, enrollmentId);
      return {
        letter,
        run: run.state,
        ownerId: run.identity.contactId,
        facts,
        publication: publications.get(`${environmentId} ${scenarioKey}`) ?? null,
        inbox: inbox.get(contactId) ?? [],
        othersEvents: others.get(environmentId) ?? [],
        pastExit: pastExits.of(one, facts, now),
        recipientLists: clock === 'real' ? [this.env.LIVE_RECIPIENTS, settings.liveRecipients] : [],
        now,
      };
    });
  }

  private async inbox(tx: Sql, locked: readonly LockedLetter[]): Promise<ReadonlyMap<string, readonly EventFacts[]>> {
    const people = new Map(locked.map(({ letter: { message } }) => [message.contactId, message.environmentId]));
    const rows = await tx.query<EventRow>(INBOX, [
      arrayText(people.values(), (id) => id),
      arrayText(people.keys(), (id) => id),
    ]);
    return grouped(rows, (row) => row.contact_id);
  }

  /** Only for scenarios with an exit by subject: a paid order of a colleague ends the reminder of the same cart. */
  private async othersEvents(
    tx: Sql,
    locked: readonly LockedLetter[],
  ): Promise<ReadonlyMap<string, readonly EventFacts[]>> {
    const types = new Set<string>();
    const environments = new Set<string>();
    for (const { letter } of locked)
      for (const exit of letter.compiled.exits)
        if (exit.subject) {
          types.add(exit.event);
          environments.add(letter.message.environmentId);
        }
    if (types.size === 0) return new Map();
    const rows = await tx.query<EventRow>(OTHERS, [[...environments], [...types]]);
    return grouped(rows, (row) => row.environment_id);
  }

  private async publications(
    tx: Sql,
    locked: readonly LockedLetter[],
  ): Promise<ReadonlyMap<string, GuardInput['publication']>> {
    const wanted = new Map(locked.map(({ letter: { message: m } }) => [`${m.environmentId} ${m.scenarioKey}`, m]));
    const rows = await tx.query<{ environment_id: string; key: string; state: 'published' | 'paused' | 'archived' }>(
      PUBLICATIONS,
      [[...wanted.values()].map((m) => m.environmentId), [...wanted.values()].map((m) => m.scenarioKey)],
    );
    return new Map(rows.map((row) => [`${row.environment_id} ${row.key}`, row.state]));
  }
}

function grouped(rows: readonly EventRow[], keyOf: (row: EventRow) => string): Map<string, EventFacts[]> {
  const groups = new Map<string, EventFacts[]>();
  for (const row of rows) {
    const event = { id: row.key, type: row.type, at: row.occurred_at.toISOString(), data: row.data };
    const group = groups.get(keyOf(row));
    if (group) group.push(event);
    else groups.set(keyOf(row), [event]);
  }
  return groups;
}

// LATERAL keeps the plan on the contact's index, whatever the planner believes about the size of the lists.
const INBOX = `
SELECT e.* FROM unnest($1::uuid[], $2::uuid[]) AS asked (environment_id, contact_id)
CROSS JOIN LATERAL (
  SELECT s.environment_id, s.contact_id, s.key, s.type, s.occurred_at, s.received_at, s.id, s.data
  FROM storefront_events AS s
  WHERE s.environment_id = asked.environment_id AND s.contact_id = asked.contact_id AND s.processed_at IS NULL
  OFFSET 0) AS e
ORDER BY e.occurred_at, e.received_at, e.id`;

const OTHERS = `
SELECT s.environment_id, s.contact_id, s.key, s.type, s.occurred_at, s.data
FROM storefront_events AS s
WHERE s.environment_id = ANY ($1::uuid[]) AND s.type = ANY ($2::text[]) AND s.processed_at IS NULL
ORDER BY s.occurred_at, s.received_at, s.id`;

const PUBLICATIONS = `
SELECT p.environment_id, p.key, p.state FROM publications AS p
WHERE p.kind = 'scenario' AND (p.environment_id, p.key) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`;
