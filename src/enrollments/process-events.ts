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
import { freePeople } from './free-people.js';
import { type ClaimedContacts, Inbox, type InboxEvent, patienceOf } from './inbox.js';
import { ConversionRecorder, type ConversionRow, MessageLedger } from './ports.js';
import { RunWriter } from './run-writer.js';
import { settleStanding } from './settle-standing.js';
import { othersOnSubjects, type Together } from './subject-owners.js';
import type { WorkingRun } from './working-run.js';

/** A merge of contacts, or ever new owners of a subject, between two looks: rare, and not worth more than a few tries. */
const ATTEMPTS = 5;

interface Applied {
  readonly claimed: ClaimedContacts;
  /** Waiting events that were read, and those of them that were applied. */
  readonly seen: number;
  readonly events: number;
  readonly changed: readonly WorkingRun[];
  /** Contacts, each with all others who have to be locked together with them before the events that were left can be applied. */
  readonly wider: readonly Together[];
}

/** What is to be applied in one transaction: claimed before, and of these contacts only as they stand together. */
interface Wanted {
  readonly claimed: ClaimedContacts;
  readonly groups: readonly Together[];
}

/** Somebody holds all whose events wait: as where none waits, and the next look finds out. */
const NOTHING_FREE: Applied = nothing({ contacts: [], until: null, oldest: null });

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
    private readonly ledger: MessageLedger,
  ) {}

  /** Applies the oldest waiting events of up to a thousand contacts; answers how many events, 0 when none is left. */
  async batch(lane: Lane): Promise<number> {
    let total = 0;
    let wanted: Wanted | null = null;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const applied: Applied = await this.apply(lane, wanted);
      if (!wanted) this.inbox.reached(applied.claimed);
      this.writer.wakeDelivery(applied.changed);
      total += applied.events;
      if (applied.wider.length > 0) wanted = { claimed: applied.claimed, groups: applied.wider };
      else if (total > 0 || applied.seen > 0 || applied.claimed.contacts.length === 0) break;
    }
    return total;
  }

  /** One transaction; where PostgreSQL refuses what it wrote, one for each half of its people; where somebody holds rows, one for the others. */
  private async apply(lane: Lane, wanted: Wanted | null): Promise<Applied> {
    let claimed: ClaimedContacts | null = wanted && { ...wanted.claimed, contacts: everybodyIn(wanted.groups) };
    try {
      return await this.database.transaction(async (tx) => {
        claimed = wanted && claimed ? await this.lockAll(tx, lane, claimed) : await this.inbox.claim(tx, lane);
        return this.applyOnce(tx, lane, claimed);
      });
    } catch (error) {
      if (codeOf(error) === IS_HELD)
        return claimed
          ? this.applyFree(lane, { claimed, groups: wanted?.groups ?? claimed.contacts.map(alone) })
          : NOTHING_FREE;
      if (!claimed || !isRefused(error)) throw error;
      return this.applyApart(lane, claimed, error);
    }
  }

  /** A session that was left open, or a worker that is frozen, holds up those whose rows it holds and whoever goes with them only. */
  private async applyFree(lane: Lane, { claimed, groups }: Wanted): Promise<Applied> {
    const free = new Set((await freePeople(this.database, this.ledger, claimed.contacts)).map(idOf));
    const going = groups.filter((group) => group.every((contact) => free.has(idOf(contact))));
    if (going.length === groups.length) return nothing(claimed); // they were let go meanwhile
    const held = everybodyIn(groups.filter((group) => !going.includes(group)));
    this.log.warn('rows of people stay locked for long: their events are applied later', {
      event: 'enrollment.people_held',
      people: held.length,
    });
    this.inbox.putOff(held);
    return going.length > 0 ? this.apply(lane, { claimed, groups: going }) : { ...nothing(claimed), seen: held.length };
  }

  /** One person whose events come to something that cannot be stored must not stop everybody else: halve until they stand alone. */
  private async applyApart(lane: Lane, claimed: ClaimedContacts, error: unknown): Promise<Applied> {
    const { contacts } = claimed;
    if (contacts.length <= 1) {
      const { contactId } = contacts[0] ?? {};
      this.log.error("a person's events could not be stored", { event: 'enrollment.event_failed', contactId }, error);
      if (lane.clock === 'real') this.inbox.putOff(contacts);
      return { ...nothing(claimed), seen: contacts.length };
    }
    const half = contacts.length >> 1;
    const first = await this.apply(lane, { claimed, groups: contacts.slice(0, half).map(alone) });
    const second = await this.apply(lane, { claimed, groups: contacts.slice(half).map(alone) });
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
    if (waiting.length === 0) return nothing(claimed);
    const context = await this.loader.load(tx, lane, claimed, waiting);
    const wider = await othersOnSubjects(tx, context, claimed.contacts, waiting);
    const left = new Set(everybodyIn(wider).map(idOf));
    const application = new EventApplication(context);
    const events = application.apply(waiting.filter(({ contactId }) => !left.has(contactId)));
    if (lane.clock === 'real') this.inbox.putOff(application.stuckContacts(waiting));
    const moved = [...context.runs.all()];
    // What a run waited for may have been its last step.
    const changed = moved.filter(({ isChanged }) => isChanged);
    await settleStanding(tx, this.ledger, changed, context.now);
    await this.writer.write(tx, moved, context.now);
    await this.conversions.record(tx, goals(context, events));
    await this.inbox.settle(tx, events, (event) => ({
      outcomes: application.outcomesOf(event),
      endsOthers: endsOthers(context, event),
    }));
    return {
      claimed,
      seen: waiting.length,
      events: events.length,
      changed: moved,
      wider,
    };
  }

  private async lockAll(tx: Sql, lane: Lane, wanted: ClaimedContacts): Promise<ClaimedContacts> {
    const locked = await lockContacts(tx, wanted.contacts, patienceOf(lane));
    return { ...wanted, contacts: wanted.contacts.filter(({ contactId }) => locked.has(contactId)) };
  }
}

function alone(contact: ContactRef): Together {
  return [contact];
}

/** Each once: an owner may stand in the groups of several buyers. */
function everybodyIn(groups: readonly Together[]): readonly ContactRef[] {
  return [...new Map(groups.flat().map((contact) => [idOf(contact), contact])).values()];
}

function idOf({ contactId }: ContactRef): string {
  return contactId;
}

function nothing(claimed: ClaimedContacts): Applied {
  return { claimed, seen: 0, events: 0, changed: [], wider: [] };
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
