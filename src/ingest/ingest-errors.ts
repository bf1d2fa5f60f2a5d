import { assertNever } from '../domain/assert-never.js';
import { Conflict, DomainError, Unavailable, Unprocessable } from '../platform/http/domain-error.js';
import type { EventTakenView } from './event.view.js';
import type { IngestResult } from './incoming-event.js';

/** 413: an item of a batch is larger than an event may be. */
export class EventTooLarge extends DomainError {
  readonly code = 'event_too_large';
  readonly status = 413;

  constructor() {
    super('an event may have at most 256 KiB');
  }
}

/** What a result means to the sender: taken, or the error to answer with. */
export function answerOf(result: IngestResult): EventTakenView | DomainError {
  switch (result.kind) {
    case 'stored':
      return { id: result.id, duplicate: false };
    case 'duplicate':
      return { id: result.id, duplicate: true };
    case 'conflict':
      return new Conflict('event_id_reused', 'an event with this id and another body is stored already');
    case 'in_future':
      return inFuture(result);
    case 'unstorable':
      return new Unprocessable('event_not_storable', 'the database does not take a value of this event');
    case 'unavailable':
      return new Unavailable('the event could not be stored at the moment; send it again', 1);
    default:
      return assertNever(result);
  }
}

/** A sandbox's clock is seldom where its developer's is: told only that they are ahead, they would look for the fault in their own. */
function inFuture({ now, clock }: { readonly now: Date; readonly clock: 'real' | 'virtual' }): Unprocessable {
  const where =
    clock === 'real'
      ? `the clock, which shows ${now.toISOString()}`
      : `the sandbox’s clock, which stands at ${now.toISOString()} until it is advanced or reset`;
  return new Unprocessable('occurred_in_future', `occurredAt is more than 5 minutes ahead of ${where}`, [
    { pointer: '/occurredAt', code: 'occurred_in_future', detail: 'must be at most 5 minutes ahead' },
  ]);
}
