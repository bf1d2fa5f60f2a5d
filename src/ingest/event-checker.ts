import { Injectable } from '@nestjs/common';
import { Ajv, type ValidateFunction } from 'ajv';
import { schemaProblems } from '../platform/http/ajv-problems.js';
import { type DomainError, Unprocessable, type Problem, BadInput } from '../platform/http/domain-error.js';
import type { Caller } from '../platform/http/auth.js';
import { jsonProblem } from '../platform/http/json-limits.js';
import { ruleKeyword } from '../platform/http/json-rule.js';
import { schemaOf } from '../platform/http/json-schema.js';
import { EventDto } from './event.dto.js';
import type { IncomingEvent } from './incoming-event.js';
import { EventTooLarge } from './ingest-errors.js';
import { prepareEvent } from './prepare-event.js';

const EVENT_BYTES = 256 * 1024;

/** The JSON Schema of an event, compiled once; Fastify's Ajv checks single events with it before they come here. */
export const EVENT_SCHEMA = schemaOf(EventDto);

export type Checked =
  { readonly ok: true; readonly event: IncomingEvent } | { readonly ok: false; readonly error: DomainError };

/** Says of each event whether it can be taken, by the same rules on both routes. */
@Injectable()
export class EventChecker {
  private readonly isEvent = validator(false);
  /** Looked at only where `isEvent` says no. */
  private readonly allErrors = validator(true);

  /** The body of POST /v1/events, which has passed the parser's limits and the schema. */
  single(body: EventDto, caller: Caller, idempotencyKey: string | null): Checked {
    const prepared = prepareEvent(body, caller, idempotencyKey);
    return prepared.ok ? prepared : refused(prepared.problems);
  }

  /** An item of a batch: nothing is known of it but that it is JSON. */
  item(item: unknown, caller: Caller, idempotencyKey: string | null): Checked {
    const problem = jsonProblem(item);
    if (problem)
      return {
        ok: false,
        error: new BadInput(problem.code ?? 'malformed', `${problem.pointer || 'the event'} ${problem.detail}`, [
          problem,
        ]),
      };
    if (!this.isEvent(item)) return { ok: false, error: this.whatIsWrong(item) };
    const prepared = prepareEvent(item, caller, idempotencyKey);
    if (!prepared.ok) return refused(prepared.problems);
    const { dataJson, aboutPersonChars } = prepared.event;
    // A character is three bytes at most, and all the rest of an event fits into the last quarter: most need no second look.
    if (dataJson.length + aboutPersonChars > EVENT_BYTES / 4 && Buffer.byteLength(JSON.stringify(item)) > EVENT_BYTES)
      return { ok: false, error: new EventTooLarge() };
    return prepared;
  }

  /** Ajv makes an object of every error: a hundred thousand wrong tags cost half a second, so of a large item the first one is told. */
  private whatIsWrong(item: unknown): DomainError {
    const bytes = Buffer.byteLength(JSON.stringify(item));
    if (bytes > EVENT_BYTES) return new EventTooLarge();
    const { errors } = this.isEvent;
    const asked = bytes > EVENT_BYTES / 4 || this.allErrors(item) ? errors : this.allErrors.errors;
    return schemaProblems(asked as never, 'body') as DomainError;
  }
}

function validator(allErrors: boolean): ValidateFunction<EventDto> {
  return new Ajv({ allErrors, verbose: true, strictTypes: false, keywords: [ruleKeyword] }).compile<EventDto>(
    EVENT_SCHEMA,
  );
}

function refused(problems: readonly Problem[]): Checked {
  return {
    ok: false,
    error: new Unprocessable(problems[0]?.code ?? 'invalid', 'the event is not one that can be taken', problems),
  };
}
