import { EVENT_TYPE } from '../domain/event-types.js';
import { isInstant } from '../domain/written-instant.js';
import { jsonRule } from '../platform/http/json-rule.js';

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

/** An amount of money: a number or a decimal string, not below 0. Its currency stands beside it. */
export function isDecimalMoney(value: unknown): boolean {
  return typeof value === 'string'
    ? DECIMAL.test(value)
    : typeof value === 'number' && value >= 0 && Number.isFinite(value);
}
