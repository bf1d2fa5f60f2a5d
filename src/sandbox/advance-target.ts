import { addDuration } from '../domain/calendar.js';
import { parseDuration } from '../domain/duration.js';
import { Unprocessable } from '../platform/http/domain-error.js';

/** How far the clock shall move; exactly one of the two is given. */
export interface AdvanceBy {
  readonly by?: string;
  readonly to?: string;
}

const LONGEST = 'P400D';
/** Years are written with four digits, those of waits that begin here included. */
const END = new Date('9900-01-01T00:00:00Z');

/** The instant at which the clock stops; 422 for a span that is none, goes back, or is longer than 400 days of the store's calendar. */
export function advanceTarget({ by, to }: AdvanceBy, now: Date, zone: string): Date {
  if ((by === undefined) === (to === undefined))
    throw refused('by_or_to', '', 'give either by, a duration, or to, an instant');
  const target = to === undefined ? later(by!, now, zone) : new Date(to);
  const at = to === undefined ? '/by' : '/to';
  if (target < now)
    throw refused('before_now', at, `the sandbox stands at ${now.toISOString()} and time does not go back`);
  if (target > addDuration(now, LONGEST, zone)) throw refused('too_far', at, 'one call covers at most 400 days');
  return withinTime(target, at);
}

/** The instant itself; 422 for one behind the year 9899, where a sandbox's time ends. */
export function withinTime(instant: Date, pointer: string): Date {
  if (instant >= END) throw refused('too_far', pointer, 'the time of a sandbox ends with the year 9899');
  return instant;
}

function later(by: string, now: Date, zone: string): Date {
  const duration = parseDuration(by);
  if (!duration.ok) throw refused('invalid_duration', '/by', duration.detail);
  return addDuration(now, duration.iso, zone);
}

function refused(code: string, pointer: string, detail: string): Unprocessable {
  return new Unprocessable(code, detail, [{ pointer, code, detail }]);
}
