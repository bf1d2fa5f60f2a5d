import { type Found, type IdentityChange, type Person, whoIs } from '../contacts/who-is-who.js';
import { type PersonWrite, PersonDraft } from './person-draft.js';
import type { IncomingEvent, IngestResult } from './incoming-event.js';

/** An event up to this far ahead of its environment's clock is taken as of now; more is refused. */
const AHEAD_MS = 5 * 60_000;

/** What the database knows about a group of events before it is written. */
export interface KnownGroup {
  /** By `IdentityKey.at`. */
  readonly people: ReadonlyMap<string, Person>;
  /** Events stored before under these client ids, by `eventKeyOf`: the hash of their bodies. */
  readonly bodyHashes: ReadonlyMap<string, string>;
  /** Each environment's now. */
  readonly nows: ReadonlyMap<string, Date>;
}

/** One of an event's identities. */
export interface IdentityKey {
  readonly environmentId: string;
  readonly kind: 'external' | 'email' | 'anonymous';
  readonly key: string;
  /** All of it as one text, under which `KnownGroup.people` and the fold find its person. */
  readonly at: string;
}

/** An event with the identities that it names, as keys of `contact_keys`. */
export interface Arrival {
  readonly event: IncomingEvent;
  readonly keys: readonly IdentityKey[];
}

export interface KeyWrite extends IdentityKey {
  readonly contactId: string;
}

export interface EventWrite {
  readonly event: IncomingEvent;
  readonly contactId: string;
  readonly occurredAt: Date;
  readonly identityConflict: boolean;
}

/** What to do with a group: write, set identities right, answer; whoever is in none of the lists waits for the next round. */
export interface GroupPlan {
  readonly people: readonly PersonWrite[];
  readonly keys: readonly KeyWrite[];
  readonly events: readonly EventWrite[];
  /** To be applied after the writes, each with its environment's now. */
  readonly changes: readonly { readonly change: IdentityChange; readonly at: Date }[];
  readonly answers: ReadonlyMap<IncomingEvent, IngestResult>;
}

/** Where an event's client id is found in `KnownGroup.bodyHashes`. */
export function eventKeyOf(environmentId: string, key: string): string {
  return `${environmentId} ${key}`;
}

/** Reads the identities off an event, once for all that looks at them. */
export function arrivalOf(event: IncomingEvent): Arrival {
  const { environmentId, identity } = event;
  const keys: IdentityKey[] = [];
  const name = (kind: IdentityKey['kind'], key: string): void =>
    void keys.push({ environmentId, kind, key, at: `${environmentId} ${kind} ${key}` });
  if (identity.externalId) name('external', identity.externalId);
  if (identity.email) name('email', identity.email.key);
  if (identity.anonymousId !== undefined) name('anonymous', identity.anonymousId);
  return { event, keys };
}

/**
 * Decides what one multi-row statement writes for a group of events, in the order of their arrival: one row a contact,
 * however many events name it. An event that needs known people merged or renamed first is left for the next round, and
 * with it every later event that touches the same people, so that nobody overtakes.
 * @param contactId mints ids for people who are new.
 */
export function foldGroup(arrivals: readonly Arrival[], known: KnownGroup, contactId: () => string): GroupPlan {
  return new Fold(known, contactId).fold(arrivals);
}

class Fold {
  private readonly people = new Map<string, Person>();
  private readonly drafts = new Map<string, PersonDraft>();
  private readonly keys: KeyWrite[] = [];
  private readonly events: EventWrite[] = [];
  private readonly changes: { change: IdentityChange; at: Date }[] = [];
  private readonly answers = new Map<IncomingEvent, IngestResult>();
  private readonly seenEventKeys = new Set<string>();
  /** People and keys whose next event has to wait for a change. */
  private readonly blocked = new Set<string>();

  constructor(
    private readonly known: KnownGroup,
    private readonly contactId: () => string,
  ) {}

  fold(arrivals: readonly Arrival[]): GroupPlan {
    for (const arrival of arrivals) {
      const answer = this.answerAtOnce(arrival.event);
      if (answer) this.answers.set(arrival.event, answer);
      else this.place(arrival);
    }
    const people = [...this.drafts.values()].map((draft) => draft.write());
    return { people, keys: this.keys, events: this.events, changes: this.changes, answers: this.answers };
  }

  private answerAtOnce(event: IncomingEvent): IngestResult | null {
    if (event.key !== null) {
      const hash = this.known.bodyHashes.get(eventKeyOf(event.environmentId, event.key));
      if (hash !== undefined)
        return hash === event.bodyHash ? { kind: 'duplicate', id: event.key } : { kind: 'conflict' };
    }
    if (!this.known.nows.has(event.environmentId)) return { kind: 'unavailable' };
    const now = this.now(event);
    const aheadMs = (event.occurredAt?.getTime() ?? -Infinity) - now.getTime();
    return aheadMs > AHEAD_MS ? { kind: 'in_future', now, clock: event.clock } : null;
  }

  private place({ event, keys }: Arrival): void {
    const found = this.find(keys);
    if (this.isRepeat(event) || this.isBlocked(keys, found)) return this.block(keys, found);
    const who = whoIs(event.identity, found);
    if (who.kind === 'change') {
      this.changes.push({ change: who.change, at: this.now(event) });
      return this.block(keys, found);
    }
    const draft = this.draft(event, who.person);
    const occurredAt = this.instantOf(event);
    draft.add(event, who.adds, occurredAt);
    for (const key of keys) {
      if (this.people.has(key.at) || this.known.people.has(key.at)) continue;
      this.keys.push({ ...key, contactId: draft.person.id });
      this.people.set(key.at, draft.person);
    }
    this.events.push({ event, contactId: draft.person.id, occurredAt, identityConflict: who.conflict });
  }

  /** Who stands under the keys, as the group's earlier events have left them. */
  private find(keys: readonly IdentityKey[]): Found {
    const found: { -readonly [how in keyof Found]: Found[how] } = {
      byExternalId: null,
      byEmail: null,
      byAnonymousId: null,
    };
    for (const { kind, at } of keys) {
      const known = this.people.get(at) ?? this.known.people.get(at) ?? null;
      const person = known && (this.drafts.get(known.id)?.person ?? known);
      if (kind === 'external') found.byExternalId = person;
      else if (kind === 'email') found.byEmail = person;
      else found.byAnonymousId = person;
    }
    return found;
  }

  private isBlocked(keys: readonly IdentityKey[], found: Found): boolean {
    return this.blocked.size > 0 && touchedBy(keys, found).some((one) => this.blocked.has(one));
  }

  private block(keys: readonly IdentityKey[], found: Found): void {
    for (const one of touchedBy(keys, found)) this.blocked.add(one);
  }

  /** The same client id twice in a group: the second is decided in the next round, when the first is stored. */
  private isRepeat(event: IncomingEvent): boolean {
    if (event.key === null) return false;
    const key = eventKeyOf(event.environmentId, event.key);
    if (this.seenEventKeys.has(key)) return true;
    this.seenEventKeys.add(key);
    return false;
  }

  private draft(event: IncomingEvent, person: Person | null): PersonDraft {
    const draft = person ? this.drafts.get(person.id) : undefined;
    if (draft) return draft;
    const { environmentId } = event;
    const made = person
      ? new PersonDraft(person, null)
      : new PersonDraft({ id: this.contactId(), environmentId, externalId: null, emailKey: null }, this.now(event));
    this.drafts.set(made.person.id, made);
    return made;
  }

  /**
   * When the event counts as having happened: never after it came. A clock that is a little fast would date a cart after the order
   * that follows it, and a consent after the withdrawal.
   */
  private instantOf(event: IncomingEvent): Date {
    const now = this.now(event);
    return event.occurredAt !== null && event.occurredAt < now ? event.occurredAt : now;
  }

  private now(event: IncomingEvent): Date {
    return this.known.nows.get(event.environmentId)!;
  }
}

/** The keys and the ids of the people that they name. */
function touchedBy(keys: readonly IdentityKey[], { byExternalId, byEmail, byAnonymousId }: Found): string[] {
  const people = [byExternalId, byEmail, byAnonymousId].flatMap((person) => (person ? [person.id] : []));
  return [...keys.map(({ at }) => at), ...people];
}
