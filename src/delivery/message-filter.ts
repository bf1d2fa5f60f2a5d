import { contactFilter } from '../contacts/contact-lookup.js';
import { MESSAGE_STATES } from '../domain/reasons.js';
import { BadInput } from '../platform/http/domain-error.js';
import { LOST_DELIVERIES, type MessageFilter } from './message-reader.js';

const MAX_CHARS = 320;

/** Reads the filters of a list of letters as they came; 400 `invalid_…` for what can be none. */
export function messageFilter(
  query: Readonly<Record<'contact' | 'scenario' | 'step' | 'state' | 'delivery', unknown>>,
): MessageFilter {
  return {
    contact: contactFilter(query.contact),
    scenario: text('scenario', query.scenario),
    step: text('step', query.step),
    state: oneOf('state', MESSAGE_STATES, query.state),
    delivery: oneOf('delivery', LOST_DELIVERIES, query.delivery),
  };
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= MAX_CHARS && !value.includes('\0')) return value;
  throw new BadInput(`invalid_${name}`, `${name} must be given once, with 1 to ${MAX_CHARS} characters`);
}

function oneOf<T extends string>(name: string, words: readonly T[], value: unknown): T | undefined {
  if (value === undefined) return undefined;
  const word = words.find((known) => known === value);
  if (word !== undefined) return word;
  throw new BadInput(`invalid_${name}`, `${name} must be one of ${words.join(', ')}`);
}
