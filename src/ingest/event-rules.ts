import { EVENT_TYPE } from '../domain/event-types.js';
import { jsonRule } from '../platform/http/json-rule.js';

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const DECIMAL = /^\d{1,18}(\.\d{1,9})?$/;

/** An instant as ISO 8601 writes it, with a zone, since 1970: `2026-11-21T09:00:00Z`. */
export function IsInstant(): PropertyDecorator {
  return jsonRule({
    name: 'instant',
    message: 'must be an instant since 1970 with a zone, such as 2026-11-21T09:00:00Z',
    holds: isInstant,
  });
}

/** A type of events, a standard one or any other of this form: `cart.updated`. */
export function IsEventType(): PropertyDecorator {
  return jsonRule({
    name: 'event_type',
    message: 'must be lower-case words with dots between them, such as cart.updated',
    holds: isEventType,
  });
}

function isEventType(value: unknown): boolean {
  return typeof value === 'string' && EVENT_TYPE.test(value);
}

/** Whether the value is an instant since 1970 with a zone, of a day that the calendar has. */
export function isInstant(value: unknown): boolean {
  const parts = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (!parts) return false;
  const [, year, month, day] = parts.map(Number);
  const lastDay = new Date(Date.UTC(year!, month, 0)).getUTCDate();
  return month! >= 1 && month! <= 12 && day! >= 1 && day! <= lastDay && Date.parse(parts[0]) >= 0;
}

/** An instant, or a day without a time, as events carry them in their data. */
export function isDayOrInstant(value: unknown): boolean {
  return isInstant(typeof value === 'string' && value.length === 10 ? `${value}T00:00:00Z` : value);
}

/** An amount of money: a number or a decimal string, not below 0. Its currency stands beside it. */
export function isDecimalMoney(value: unknown): boolean {
  return typeof value === 'string'
    ? DECIMAL.test(value)
    : typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
