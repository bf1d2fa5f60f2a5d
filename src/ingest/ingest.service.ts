import { Injectable } from '@nestjs/common';
import type { Caller } from '../platform/http/auth.js';
import { DomainError, Unavailable } from '../platform/http/domain-error.js';
import { idempotencyKeyOf } from '../platform/http/idempotency.js';
import { problemOf } from '../platform/http/problem.js';
import { asPosted, EventChecker, type ReadItem } from './event-checker.js';
import { EventCollector } from './event-collector.js';
import type { EventDto } from './event.dto.js';
import type { BatchTakenView, EventTakenView } from './event.view.js';
import type { IncomingEvent } from './incoming-event.js';
import { answerOf } from './ingest-errors.js';

/** The largest body of a request with many events. */
export const BATCH_BYTES = 4 * 1024 * 1024;

/** With an item's place behind it, it is an event's id, which has 200 characters at most. */
export const LONGEST_BATCH_KEY = 196;

/** Takes events in: checked, told apart from repeats, durable when it answers. */
@Injectable()
export class IngestService {
  constructor(
    private readonly checker: EventChecker,
    private readonly collector: EventCollector,
  ) {}

  /** One event; throws the problem for which it is not taken. */
  async one(body: EventDto, caller: Caller, idempotencyKey?: string): Promise<EventTakenView> {
    const key = idempotencyKey === undefined ? null : idempotencyKeyOf(idempotencyKey);
    const checked = this.checker.single(body, caller, key);
    if (!checked.ok) throw checked.error;
    const answer = answerOf(await this.collector.submitOne(checked.event));
    if (answer instanceof DomainError) throw answer;
    return answer;
  }

  /**
   * Many events, each on its own. With an Idempotency-Key an item without an id has the key's and its place's.
   * @param readItem how an event is read off an item; by default an item is one
   */
  async many(
    items: readonly unknown[],
    caller: Caller,
    idempotencyKey?: string,
    readItem: ReadItem = asPosted,
  ): Promise<BatchTakenView> {
    const key = idempotencyKey === undefined ? null : idempotencyKeyOf(idempotencyKey, LONGEST_BATCH_KEY);
    const checked = items.map((item, i) =>
      this.checker.item(item, caller, key === null ? null : `${key}/${i}`, readItem),
    );
    const events: IncomingEvent[] = checked.flatMap((one) => (one.ok ? [one.event] : []));
    const stored = (events.length > 0 ? await this.collector.submit(events) : []).values();
    const answers = checked.map((one) => (one.ok ? answerOf(stored.next().value!) : one.error));
    // While nothing at all can be stored, the sender must see it by the status: not everybody reads the results.
    const [away, ...others] = answers.filter((_, i) => checked[i]!.ok);
    if (away instanceof Unavailable && others.every((answer) => answer instanceof Unavailable)) throw away;
    const taken = answers.filter((answer): answer is EventTakenView => !(answer instanceof DomainError));
    const duplicates = taken.filter((answer) => answer.duplicate).length;
    return {
      accepted: taken.length - duplicates,
      duplicates,
      rejected: answers.length - taken.length,
      results: answers.map((answer) => (answer instanceof DomainError ? { problem: problemOf(answer).body } : answer)),
    };
  }
}
