import { Injectable } from '@nestjs/common';
import { IdentityChanges } from '../contacts/identity-changes.js';
import type { Person } from '../contacts/who-is-who.js';
import { arrayText } from '../platform/database/array-text.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { newId } from '../platform/ids.js';
import {
  type Arrival,
  arrivalOf,
  eventKeyOf,
  foldGroup,
  type GroupPlan,
  type IdentityKey,
  type KnownGroup,
} from './fold-group.js';
import { KNOWN, WRITE } from './group-sql.js';
import type { IncomingEvent, IngestResult } from './incoming-event.js';
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

const NOBODY: ReadonlySet<string> = new Set();

/** Writes groups of events: one query to see who is who, one statement that makes the whole group durable. */
@Injectable()
export class EventStore {
  constructor(
    private readonly database: EngineDatabase,
    private readonly identities: IdentityChanges,
  ) {}

  /**
   * Takes a group, in the order of arrival, as far as one round goes. Events without a result go into the next round, before
   * anything that arrived later: their people had to be merged or renamed first, or somebody else wrote at the same moment.
   * Throws what the database throws while nothing of the group is stored; later failures are in the answer.
   */
  async round(events: readonly IncomingEvent[]): Promise<Round> {
    const arrivals = events.map(arrivalOf);
    const plan = foldGroup(arrivals, await this.known(arrivals), newId);
    const results = new Map(plan.answers);
    const gone = plan.events.length > 0 ? await this.write(plan) : NOBODY;
    for (const { event, contactId } of plan.events)
      if (!gone.has(contactId)) results.set(event, { kind: 'stored', id: event.key ?? event.id });
    return { results, error: await this.change(plan.changes) };
  }

  private async change(changes: GroupPlan['changes']): Promise<unknown> {
    try {
      for (const { change, at } of changes)
        await this.database.transaction((tx) => this.identities.apply(tx, change, at));
      return null;
    } catch (error) {
      return error;
    }
  }

  private async known(arrivals: readonly Arrival[]): Promise<KnownGroup> {
    const keys = new Map<string, IdentityKey>();
    const environments = new Set<string>();
    const withKey: { readonly environmentId: string; readonly key: string }[] = [];
    for (const { event, keys: own } of arrivals) {
      for (const key of own) keys.set(key.at, key);
      environments.add(event.environmentId);
      if (event.key !== null) withKey.push({ environmentId: event.environmentId, key: event.key });
    }
    const people = [...keys.values()];
    const rows = await this.database.query<KnownRow>(KNOWN, [
      arrayText(people, ({ environmentId }) => environmentId),
      arrayText(people, ({ kind }) => kind),
      JSON.stringify(people.map(({ key }) => key)),
      arrayText(withKey, ({ environmentId }) => environmentId),
      JSON.stringify(withKey.map(({ key }) => key)),
      arrayText(environments, (id) => id),
    ]);
    return knownGroup(rows, people, withKey);
  }

  /** Ids of contacts that are not what they were: nothing of theirs was written. */
  private async write(plan: GroupPlan): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(WRITE, writeParameters(plan, newId));
    return new Set(rows.map((row) => row.id));
  }
}

function knownGroup(
  rows: readonly KnownRow[],
  keys: readonly IdentityKey[],
  withKey: readonly { readonly environmentId: string; readonly key: string }[],
): KnownGroup {
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
