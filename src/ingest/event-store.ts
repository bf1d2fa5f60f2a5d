import { Injectable } from '@nestjs/common';
import { IdentityChanges } from '../contacts/identity-changes.js';
import type { Person } from '../contacts/who-is-who.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { arrayText } from '../platform/database/array-text.js';
import { codeOf, EngineDatabase, IS_HELD, waitAtMost } from '../platform/database/engine-database.js';
import { newId } from '../platform/ids.js';
import { logger } from '../platform/logging/logger.js';
import {
  type Arrival,
  arrivalOf,
  eventKeyOf,
  foldGroup,
  type GroupPlan,
  type IdentityKey,
  type KnownGroup,
} from './fold-group.js';
import { FREE, KNOWN, WRITE } from './group-sql.js';
import type { IncomingEvent, IngestResult } from './incoming-event.js';
import { IngestTimes } from './ingest-times.js';
import { storedKeys } from './stored-keys.js';
import { SteadyTime } from './steady-time.js';
import { writeParameters } from './write-parameters.js';

interface KnownRow {
  /** Place of what was asked in its list, from 1. */
  readonly place: number;
  readonly what: 'person' | 'event' | 'clock';
  readonly id: string;
  readonly external_id: string | null;
  readonly email_key: string | null;
  readonly body_hash: string;
  readonly now: Date;
}

/** What one round brought: results of some events, and why the others have none if not for the order of things. */
export interface Round {
  readonly results: ReadonlyMap<IncomingEvent, IngestResult>;
  readonly error: unknown;
}

/** A client's id of an event, in one of the forms in which it may be stored. */
interface AskedKey {
  readonly environmentId: string;
  readonly key: string;
  readonly stored: string;
}

const NOBODY: ReadonlySet<string> = new Set();

/** Writes groups of events: one query to see who is who, one statement that makes the whole group durable. */
@Injectable()
export class EventStore {
  private readonly log = logger(EventStore.name);
  private readonly time = new SteadyTime();

  constructor(
    private readonly database: EngineDatabase,
    private readonly identities: IdentityChanges,
    private readonly times: IngestTimes,
    private readonly blind: BlindKeys,
  ) {}

  /**
   * Takes a group, in the order of arrival, as far as one round goes. Events without a result go into the next round, before
   * anything that arrived later: their people had to be merged or renamed first, or somebody else wrote at the same moment. Events of
   * somebody whose row is held for long are `unavailable`, so that the others' need not wait for it.
   * Throws what the database throws while nothing of the group is stored; later failures are in the answer.
   */
  async round(events: readonly IncomingEvent[]): Promise<Round> {
    const arrivals = events.map(arrivalOf);
    const plan = foldGroup(arrivals, this.steady(await this.known(arrivals), events), newId);
    const results = new Map(plan.answers);
    let gone = NOBODY;
    try {
      if (plan.events.length > 0) gone = await this.write(plan);
    } catch (error) {
      if (codeOf(error) !== IS_HELD) throw error;
      for (const event of await this.ofHeld(plan)) results.set(event, { kind: 'unavailable' });
      return { results, error: null };
    }
    for (const { event, contactId } of plan.events)
      if (!gone.has(contactId)) results.set(event, { kind: 'stored', id: event.key ?? event.id });
    return { results, error: await this.change(plan.changes) };
  }

  /** A sandbox's clock stands wherever its owner puts it. */
  private steady(known: KnownGroup, events: readonly IncomingEvent[]): KnownGroup {
    const real = new Set(events.filter(({ clock }) => clock === 'real').map(({ environmentId }) => environmentId));
    const clock = [...known.nows].find(([environmentId]) => real.has(environmentId));
    if (!clock) return known;
    const now = this.time.next(clock[1]);
    const nows = new Map([...known.nows].map(([id, own]) => [id, real.has(id) ? now : own]));
    return { ...known, nows };
  }

  private async change(changes: GroupPlan['changes']): Promise<unknown> {
    try {
      for (const { change, at } of changes)
        await this.database.transaction(async (tx) => {
          await waitAtMost(tx, this.times.heldMs);
          await this.identities.apply(tx, change, at);
        });
      return null;
    } catch (error) {
      return error;
    }
  }

  private async known(arrivals: readonly Arrival[]): Promise<KnownGroup> {
    const keys = new Map<string, IdentityKey>();
    const environments = new Set<string>();
    const withKey: AskedKey[] = [];
    for (const { event, keys: own } of arrivals) {
      for (const key of own) keys.set(key.at, key);
      environments.add(event.environmentId);
      if (event.key === null) continue;
      for (const stored of storedKeys(event.key, this.blind))
        withKey.push({ environmentId: event.environmentId, key: event.key, stored });
    }
    const people = [...keys.values()];
    const rows = await this.database.query<KnownRow>(KNOWN, [
      arrayText(people, ({ environmentId }) => environmentId),
      arrayText(people, ({ kind }) => kind),
      JSON.stringify(people.map(({ key }) => key)),
      arrayText(withKey, ({ environmentId }) => environmentId),
      JSON.stringify(withKey.map(({ stored }) => stored)),
      arrayText(environments, (id) => id),
    ]);
    return knownGroup(rows, people, withKey);
  }

  /** Ids of contacts that are not what they were: nothing of theirs was written. */
  private async write(plan: GroupPlan): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(WRITE, [
      ...writeParameters(plan, newId),
      String(this.times.heldMs),
    ]);
    return new Set(rows.map((row) => row.id));
  }

  /** The events of a plan whose people somebody holds; none when they have been let go meanwhile. */
  private async ofHeld({ people, events }: GroupPlan): Promise<readonly IncomingEvent[]> {
    const known = people.filter(({ createdAt }) => createdAt === null).map(({ person }) => person);
    const rows = await this.database.query<{ id: string }>(FREE, [
      arrayText(known, ({ environmentId }) => environmentId),
      arrayText(known, ({ id }) => id),
      String(this.times.heldMs),
    ]);
    const free = new Set(rows.map(({ id }) => id));
    const held = new Set(known.filter(({ id }) => !free.has(id)).map(({ id }) => id));
    const theirs = events.filter(({ contactId }) => held.has(contactId)).map(({ event }) => event);
    if (theirs.length > 0)
      this.log.warn('rows of people stay locked for long: their events cannot be stored for now', {
        event: 'ingest.person_held',
        people: held.size,
        events: theirs.length,
      });
    return theirs;
  }
}

function knownGroup(rows: readonly KnownRow[], keys: readonly IdentityKey[], withKey: readonly AskedKey[]): KnownGroup {
  const people = new Map<string, Person>();
  const bodyHashes = new Map<string, string>();
  const nows = new Map<string, Date>();
  for (const { what, place, id, external_id: externalId, email_key: emailKey, body_hash, now } of rows) {
    if (what === 'clock') nows.set(id, now);
    else if (what === 'person') {
      const { at, environmentId } = keys[place - 1]!;
      people.set(at, { id, environmentId, externalId, emailKey });
    } else {
      const { environmentId, key } = withKey[place - 1]!;
      bodyHashes.set(eventKeyOf(environmentId, key), body_hash);
    }
  }
  return { people, bodyHashes, nows };
}
