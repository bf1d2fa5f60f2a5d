import { Injectable } from '@nestjs/common';
import { IdentityChanges } from '../contacts/identity-changes.js';
import type { Person } from '../contacts/who-is-who.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { newId } from '../platform/ids.js';
import { eventKeyOf, foldGroup, type GroupPlan, keyOf, keysOf, type KnownGroup } from './fold-group.js';
import { KNOWN, WRITE } from './group-sql.js';
import type { IncomingEvent, IngestResult } from './incoming-event.js';
import { writeParameters } from './write-parameters.js';

interface KnownRow {
  readonly what: 'person' | 'event' | 'clock';
  readonly environment_id: string;
  readonly kind: 'external' | 'email' | 'anonymous';
  readonly key: string;
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
    const plan = foldGroup(events, await this.known(events), newId);
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

  private async known(events: readonly IncomingEvent[]): Promise<KnownGroup> {
    const keys = new Map(events.flatMap(keysOf).map((key) => [keyOf(key.environmentId, key.kind, key.key), key]));
    const eventKeys = events.flatMap((event) => (event.key === null ? [] : [{ e: event.environmentId, v: event.key }]));
    const environments = [...new Set(events.map((event) => event.environmentId))];
    const rows = await this.database.query<KnownRow>(KNOWN, [
      JSON.stringify([...keys.values()].map((key) => ({ e: key.environmentId, k: key.kind, v: key.key }))),
      JSON.stringify(eventKeys),
      environments,
    ]);
    return knownGroup(rows);
  }

  /** Ids of contacts that are not what they were: nothing of theirs was written. */
  private async write(plan: GroupPlan): Promise<ReadonlySet<string>> {
    const rows = await this.database.query<{ id: string }>(WRITE, writeParameters(plan, newId));
    return new Set(rows.map((row) => row.id));
  }
}

function knownGroup(rows: readonly KnownRow[]): KnownGroup {
  const people = new Map<string, Person>();
  const bodyHashes = new Map<string, string>();
  const nows = new Map<string, Date>();
  for (const { what, environment_id: environmentId, kind, key, id, external_id, email_key, body_hash, now } of rows)
    if (what === 'person')
      people.set(keyOf(environmentId, kind, key), { id, environmentId, externalId: external_id, emailKey: email_key });
    else if (what === 'event') bodyHashes.set(eventKeyOf(environmentId, key), body_hash);
    else nows.set(environmentId, now);
  return { people, bodyHashes, nows };
}
