import { Injectable } from '@nestjs/common';
import { assertNever } from '../domain/assert-never.js';
import { START_FIELDS, START_REQUESTED, startData } from '../domain/manual-start.js';
import { type EventRead, type ReadItem, refused } from '../ingest/event-checker.js';
import type { BatchTakenView } from '../ingest/event.view.js';
import { IngestService } from '../ingest/ingest.service.js';
import { ItemShape } from '../ingest/item-shape.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import type { Caller } from '../platform/http/auth.js';
import { Conflict } from '../platform/http/domain-error.js';
import { type PublishedTrigger, publishedTrigger } from '../scenarios/published-trigger.js';
import { StartPersonDto } from './start-people.dto.js';

const PERSON = new ItemShape(StartPersonDto);

/**
 * Starts scenarios by hand. A start is a storefront event of a type of its own, which only this makes: so it is durable, known by its id,
 * and goes the way into a run that every event goes.
 */
@Injectable()
export class ManualStarts {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly ingest: IngestService,
  ) {}

  /**
   * Takes people who are to enter a scenario, each on their own; what became of each is told by their event. Throws NotFound; 409
   * `not_published`, `not_manual`, `paused` or `archived` where nobody could enter: nothing is stored then.
   */
  async start(
    caller: Caller,
    scenarioKey: string,
    people: readonly unknown[],
    idempotencyKey?: string,
  ): Promise<BatchTakenView> {
    await this.mustBeOpen(caller, scenarioKey);
    return this.ingest.many(people, caller, idempotencyKey, startOf(scenarioKey));
  }

  private async mustBeOpen(scope: Scope, key: string): Promise<void> {
    const published = await this.requests.read(scope, (tx) => publishedTrigger(tx, scope, key));
    const refusal = published ? refusalOf(key, published) : notPublished(key);
    if (refusal) throw refusal;
  }
}

function notPublished(key: string): Conflict {
  return new Conflict('not_published', `${key} does not run in this environment; publish it first`);
}

function refusalOf(key: string, { state, trigger }: PublishedTrigger): Conflict | null {
  if (trigger !== 'manual') return new Conflict('not_manual', `${key} is started by events, not by hand`);
  switch (state) {
    case 'published':
      return null;
    case 'paused':
      return new Conflict('paused', `${key} is paused, and nobody enters meanwhile; resume it first`);
    case 'archived':
      return new Conflict('archived', `${key} is archived, and nobody enters any more; publish it again first`);
    default:
      return assertNever(state);
  }
}

/** How a person of a request becomes the event that starts the scenario for them. */
export function startOf(scenarioKey: string): ReadItem {
  return (item): EventRead => {
    const shaped = PERSON.read(item);
    if (!shaped.ok) return shaped;
    const { id, contact, subject, data } = shaped.item;
    const taken = START_FIELDS.filter((field) => Object.hasOwn(data ?? {}, field));
    if (taken.length > 0) return refused(taken.map(reserved));
    const filled = startData(
      scenarioKey,
      subject === undefined || subject === null ? null : String(subject),
      data ?? {},
    );
    return { ok: true, event: { id, type: START_REQUESTED, contact, data: filled } };
  };
}

function reserved(field: (typeof START_FIELDS)[number]) {
  return {
    pointer: `/data/${field}`,
    code: 'reserved_field',
    detail: field === 'subject' ? 'is given beside data' : 'is filled in with the key of the scenario',
  };
}
