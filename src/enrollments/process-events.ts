import { Injectable } from '@nestjs/common';
import type { ContactRef } from '../contacts/contact-facts.js';
import { lockContacts } from '../contacts/contact-facts.js';
import { orderKeyOf } from '../domain/attribution.js';
import type { Lane } from '../platform/clock/lane.js';
import { isRefused } from '../platform/database/database-error.js';
import { codeOf, EngineDatabase, IS_HELD } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { EventApplication } from './event-application.js';
import { endsOthers, type EventContext } from './event-context.js';
import { EventLoader } from './event-loader.js';
import { type ClaimedContacts, Inbox, type InboxEvent } from './inbox.js';
import { ConversionRecorder, type ConversionRow } from './ports.js';
import { RunWriter } from './run-writer.js';
import { othersOnSubjects } from './subject-owners.js';
import type { WorkingRun } from './working-run.js';

/** A merge of contacts, or ever new owners of a subject, between two looks: rare, and not worth more than a few tries. */
const ATTEMPTS = 5;

interface Applied {
  readonly claimed: ClaimedContacts;
  /** Waiting events that were read, and those of them that were applied. */
  readonly seen: number;
  readonly events: number;
  readonly changed: readonly WorkingRun[];
  /** Contacts that have to be locked together before the events that were left can be applied. */
  readonly wider: readonly ContactRef[];
}

/** Somebody holds all whose events wait: as where none waits, and the next look finds out. */
const NOTHING_FREE: Applied = {
  claimed: { contacts: [], until: null, oldest: null },
  seen: 0,
  events: 0,
  changed: [],
  wider: [],
};

/** Applies what the inbox holds to the runs of its contacts. */
@Injectable()
export class ProcessEvents {
  private readonly log = logger(ProcessEvents.name);

  constructor(
    private readonly database: EngineDatabase,
    private readonly inbox: Inbox,
    private readonly loader: EventLoader,
    private readonly writer: RunWriter,
    private readonly conversions: ConversionRecorder,
  ) {}

  /** Applies the oldest waiting events of up to a thousand contacts; answers how many events, 0 when none is left. */
  async batch(lane: Lane): Promise<number> {
    let total = 0;
    let wanted: ClaimedContacts | null = null;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const applied: Applied = await this.apply(lane, wanted);
      if (!wanted) this.inbox.reached(applied.claimed);
      this.writer.wakeDelivery(applied.changed);
      total += applied.events;
      if (applied.wider.length > 0) wanted = { ...applied.claimed, contacts: applied.wider };
      else if (total > 0 || applied.seen > 0 || applied.claimed.contacts.length === 0) break;
    }
    return total;
  }

  /** One transaction; where PostgreSQL refuses what it wrote, one for each half of its people. */
  private async apply(lane: Lane, wanted: ClaimedContacts | null): Promise<Applied> {
    let claimed = wanted;
    try {
      return await this.database.transaction(async (tx) => {
        claimed = wanted ? await this.lockAll(tx, wanted) : await this.inbox.claim(tx, lane);
        return this.applyOnce(tx, lane, claimed);
      });
    } catch (error) {
      if (!claimed && codeOf(error) === IS_HELD) return NOTHING_FREE;
      if (!claimed || !isRefused(error)) throw error;
      return this.applyApart(lane, claimed, error);
    }
  }

  /** One person whose events come to something that cannot be stored must not stop everybody else: halve until they stand alone. */
  private async applyApart(lane: Lane, claimed: ClaimedContacts, error: unknown): Promise<Applied> {
    const { contacts } = claimed;
    if (contacts.length <= 1) {
      const { contactId } = contacts[0] ?? {};
      this.log.error("a person's events could not be stored", { event: 'enrollment.event_failed', contactId }, error);
      if (lane.clock === 'real') this.inbox.putOff(contacts);
      return { claimed, seen: contacts.length, events: 0, changed: [], wider: [] };
    }
    const half = contacts.length >> 1;
    const first = await this.apply(lane, { ...claimed, contacts: contacts.slice(0, half) });
    const second = await this.apply(lane, { ...claimed, contacts: contacts.slice(half) });
    return {
      claimed,
      seen: first.seen + second.seen,
      events: first.events + second.events,
      changed: [...first.changed, ...second.changed],
      wider: [...first.wider, ...second.wider],
    };
  }

  private async applyOnce(tx: Sql, lane: Lane, claimed: ClaimedContacts): Promise<Applied> {
    const waiting = await this.inbox.read(tx, claimed);
    if (waiting.length === 0) return { claimed, seen: 0, events: 0, changed: [], wider: [] };
    const context = await this.loader.load(tx, lane, claimed, waiting);
    const others = await othersOnSubjects(tx, context, claimed.contacts, waiting);
    const application = new EventApplication(context);
    const events = application.apply(waiting.filter(({ contactId }) => !others.has(contactId)));
    if (lane.clock === 'real') this.inbox.putOff(application.stuckContacts(waiting));
    await this.writer.write(tx, context.runs.all(), context.now);
    await this.conversions.record(tx, goals(context, events));
    await this.inbox.settle(tx, events, (event) => ({
      outcomes: application.outcomesOf(event),
      endsOthers: endsOthers(context, event),
    }));
    return {
      claimed,
      seen: waiting.length,
      events: events.length,
      changed: [...context.runs.all()],
      wider: [...others.values()].flat(),
    };
  }

  private async lockAll(tx: Sql, wanted: ClaimedContacts): Promise<ClaimedContacts> {
    const locked = await lockContacts(tx, wanted.contacts);
    return { ...wanted, contacts: wanted.contacts.filter(({ contactId }) => locked.has(contactId)) };
  }
}

function goals({ scenarios }: EventContext, events: readonly InboxEvent[]): ConversionRow[] {
  return events
    .filter(({ environmentId, facts }) => scenarios.get(environmentId)?.goalTypes.has(facts.type))
    .map(({ environmentId, contactId, id, occurredAt, facts }) => ({
      environmentId,
      contactId,
      eventId: id,
      orderKey: orderKeyOf(facts),
      type: facts.type,
      occurredAt,
      data: facts.data,
    }));
}
