import { type IdentityChange, type Person, whoIs } from '../contacts/who-is-who.js';
import { type PersonWrite, PersonDraft } from './person-draft.js';
import type { IncomingEvent, IngestResult } from './incoming-event.js';

/** An event this far ahead of its environment's clock is a wrong clock, and more is refused. */
const AHEAD_MS = 5 * 60_000;

/** What the database knows about a group of events before it is written. */
export interface KnownGroup {
  /** By `keyOf`. */
  readonly people: ReadonlyMap<string, Person>;
  /** Events stored before under these client ids, by `eventKeyOf`: the hash of their bodies. */
  readonly bodyHashes: ReadonlyMap<string, string>;
  /** Each environment's now. */
  readonly nows: ReadonlyMap<string, Date>;
}

export interface KeyWrite {
  readonly environmentId: string;
  readonly kind: KeyKind;
  readonly key: string;
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

type KeyKind = 'external' | 'email' | 'anonymous';

/** Where a person is found in `KnownGroup.people`. */
export function keyOf(environmentId: string, kind: KeyKind, key: string): string {
  return `${environmentId} ${kind} ${key}`;
}

/** Where an event's client id is found in `KnownGroup.bodyHashes`. */
export function eventKeyOf(environmentId: string, key: string): string {
  return `${environmentId} ${key}`;
}

/** The identities that the event names, as keys of `contact_keys`. */
export function keysOf({ environmentId, identity }: IncomingEvent): readonly Omit<KeyWrite, 'contactId'>[] {
  const keys: Omit<KeyWrite, 'contactId'>[] = [];
  if (identity.externalId) keys.push({ environmentId, kind: 'external', key: identity.externalId });
  if (identity.email) keys.push({ environmentId, kind: 'email', key: identity.email.key });
  if (identity.anonymousId !== undefined) keys.push({ environmentId, kind: 'anonymous', key: identity.anonymousId });
  return keys;
}

/**
 * Decides what one multi-row statement writes for a group of events, in the order of their arrival: one row a contact,
 * however many events name it. An event that needs known people merged or renamed first is left for the next round, and
 * with it every later event that touches the same people, so that nobody overtakes.
 * @param contactId mints ids for people who are new.
 */
export function foldGroup(events: readonly IncomingEvent[], known: KnownGroup, contactId: () => string): GroupPlan {
  return new Fold(known, contactId).fold(events);
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

  fold(events: readonly IncomingEvent[]): GroupPlan {
    for (const event of events) {
      const answer = this.answerAtOnce(event);
      if (answer) this.answers.set(event, answer);
      else this.place(event);
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
    const aheadMs = (event.occurredAt?.getTime() ?? -Infinity) - this.now(event).getTime();
    return aheadMs > AHEAD_MS ? { kind: 'in_future' } : null;
  }

  private place(event: IncomingEvent): void {
    const keys = keysOf(event).map((key) => ({ ...key, at: keyOf(event.environmentId, key.kind, key.key) }));
    const find = (kind: KeyKind): Person | null => {
      const key = keys.find((k) => k.kind === kind);
      return key ? (this.people.get(key.at) ?? this.known.people.get(key.at) ?? null) : null;
    };
    const found = { byExternalId: find('external'), byEmail: find('email'), byAnonymousId: find('anonymous') };
    const touched = [
      ...keys.map((key) => key.at),
      ...Object.values(found).flatMap((person) => (person ? [person.id] : [])),
    ];
    const block = (): void => touched.forEach((one) => this.blocked.add(one));
    if (this.isRepeat(event) || touched.some((one) => this.blocked.has(one))) return block();
    const who = whoIs(event.identity, this.current(found));
    if (who.kind === 'change') {
      this.changes.push({ change: who.change, at: this.now(event) });
      return block();
    }
    const draft = this.draft(event, who.person);
    const occurredAt = event.occurredAt ?? this.now(event);
    draft.add(event, who.adds, occurredAt);
    for (const key of keys) {
      if (this.people.has(key.at) || this.known.people.has(key.at)) continue;
      this.keys.push({ environmentId: event.environmentId, kind: key.kind, key: key.key, contactId: draft.person.id });
      this.people.set(key.at, draft.person);
    }
    this.events.push({ event, contactId: draft.person.id, occurredAt, identityConflict: who.conflict });
  }

  /** The same client id twice in a group: the second is decided in the next round, when the first is stored. */
  private isRepeat(event: IncomingEvent): boolean {
    if (event.key === null) return false;
    const key = eventKeyOf(event.environmentId, event.key);
    if (this.seenEventKeys.has(key)) return true;
    this.seenEventKeys.add(key);
    return false;
  }

  /** People as the group's earlier events have left them. */
  private current<F extends Readonly<Record<string, Person | null>>>(found: F): F {
    return Object.fromEntries(
      Object.entries(found).map(([how, person]) => [how, person && (this.drafts.get(person.id)?.person ?? person)]),
    ) as F;
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

  private now(event: IncomingEvent): Date {
    return this.known.nows.get(event.environmentId)!;
  }
}
