import { dayOf } from '../domain/calendar.js';
import { type Problem, Unprocessable } from '../platform/http/domain-error.js';

/** `from` and `to` of a question, as they came. */
export interface AskedSpan {
  readonly from?: string;
  readonly to?: string;
}

/** First and last day of a table, both included; null for no bound. */
export interface SendDays {
  readonly from: string | null;
  readonly to: string | null;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** Reads `from` and `to`: days, or instants, which stand for their day in the store's zone. 422 with a pointer for anything else. */
export function sendDays(query: AskedSpan, zone: string): SendDays {
  const problems: Problem[] = [];
  const read = (name: 'from' | 'to'): string | null => {
    const text = query[name];
    if (text === undefined) return null;
    const day = dayNamed(text, zone);
    if (day === null)
      problems.push({ pointer: `/${name}`, code: 'invalid_date', detail: 'must be a date like 2026-11-21' });
    return day;
  };
  const days = { from: read('from'), to: read('to') };
  if (days.from && days.to && days.from > days.to)
    problems.push({ pointer: '/to', code: 'before_from', detail: 'must not be before from' });
  if (problems.length > 0) throw new Unprocessable('invalid_dates', 'from and to do not name a span of days', problems);
  return days;
}

function dayNamed(text: string, zone: string): string | null {
  const isInstant = INSTANT.test(text);
  if (!isInstant && !DAY.test(text)) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return null;
  const day = dayOf(at, isInstant ? zone : 'UTC');
  // Years before 1 and after 9999 have no such date.
  if (!DAY.test(day) || day.startsWith('0000')) return null;
  // The parser takes 31 April for 1 May.
  return isInstant || day === text ? day : null;
}
