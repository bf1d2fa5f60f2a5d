import { Injectable } from '@nestjs/common';
import { START_REQUESTED } from '../domain/manual-start.js';
import type { Caller } from '../platform/http/auth.js';
import { BadInput, type DomainError, type Problem, Unprocessable } from '../platform/http/domain-error.js';
import { jsonProblem } from '../platform/http/json-limits.js';
import { EventDto } from './event.dto.js';
import type { IncomingEvent } from './incoming-event.js';
import { EventTooLarge } from './ingest-errors.js';
import { EVENT_BYTES, ItemShape } from './item-shape.js';
import { prepareEvent } from './prepare-event.js';

const EVENT = new ItemShape(EventDto);

/** The JSON Schema of an event; Fastify's Ajv checks single events with it before they come here. */
export const EVENT_SCHEMA = EVENT.schema;

export type Checked =
  { readonly ok: true; readonly event: IncomingEvent } | { readonly ok: false; readonly error: DomainError };

export type EventRead =
  { readonly ok: true; readonly event: EventDto } | { readonly ok: false; readonly error: DomainError };

/** Reads the event off an item of a batch, of which nothing is known but that it is JSON within the limits. */
export type ReadItem = (item: unknown) => EventRead;

/** An item that is an event as POST /v1/events takes it. */
export const asPosted: ReadItem = (item) => {
  const shaped = EVENT.read(item);
  return shaped.ok ? posted(shaped.item) : shaped;
};

/** Says of each event whether it can be taken, by the same rules on all routes. */
@Injectable()
export class EventChecker {
  /** The body of POST /v1/events, which has passed the parser's limits and the schema. */
  single(body: EventDto, caller: Caller, idempotencyKey: string | null): Checked {
    const read = posted(body);
    return read.ok ? prepared(read.event, caller, idempotencyKey) : read;
  }

  /** An item of a batch: nothing is known of it but that it is JSON. */
  item(item: unknown, caller: Caller, idempotencyKey: string | null, readItem: ReadItem = asPosted): Checked {
    const problem = jsonProblem(item);
    if (problem)
      return {
        ok: false,
        error: new BadInput(problem.code ?? 'malformed', `${problem.pointer || 'the event'} ${problem.detail}`, [
          problem,
        ]),
      };
    const read = readItem(item);
    if (!read.ok) return read;
    const checked = prepared(read.event, caller, idempotencyKey);
    if (!checked.ok) return checked;
    const { dataJson, aboutPersonChars } = checked.event;
    // A character is three bytes at most, and all the rest of an event fits into the last quarter: most need no second look.
    if (dataJson.length + aboutPersonChars > EVENT_BYTES / 4 && Buffer.byteLength(JSON.stringify(item)) > EVENT_BYTES)
      return { ok: false, error: new EventTooLarge() };
    return checked;
  }
}

/** What is wrong with what an event says, as the error to answer with. */
export function refused(problems: readonly Problem[]): { readonly ok: false; readonly error: DomainError } {
  return {
    ok: false,
    error: new Unprocessable(problems[0]?.code ?? 'invalid', 'the event is not one that can be taken', problems),
  };
}

function prepared(event: EventDto, caller: Caller, idempotencyKey: string | null): Checked {
  const made = prepareEvent(event, caller, idempotencyKey);
  return made.ok ? made : refused(made.problems);
}

/** A key that may write events may not start scenarios: that takes the scope `scenarios`, and the route that asks for it. */
function posted(event: EventDto): EventRead {
  return event.type === START_REQUESTED ? refused([RESERVED_TYPE]) : { ok: true, event };
}

const RESERVED_TYPE: Problem = {
  pointer: '/type',
  code: 'reserved_type',
  detail: 'is made of POST /v1/scenarios/{key}/enrollments, which starts a scenario by hand, and is not posted',
};
