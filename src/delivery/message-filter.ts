import { MESSAGE_STATES, type MessageState } from '../domain/reasons.js';
import { BadInput } from '../platform/http/domain-error.js';
import type { MessageFilter } from './message-reader.js';

const MAX_CHARS = 320;

/** Reads the filters of a list of letters as they came; 400 `invalid_…` for what can be none. */
export function messageFilter(
  query: Readonly<Record<'contact' | 'scenario' | 'step' | 'state', unknown>>,
): MessageFilter {
  return {
    contact: text('contact', query.contact),
    scenario: text('scenario', query.scenario),
    step: text('step', query.step),
    state: stateOf(query.state),
  };
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= MAX_CHARS && !value.includes('\0')) return value;
  throw new BadInput(`invalid_${name}`, `${name} must be given once, with 1 to ${MAX_CHARS} characters`);
}

function stateOf(value: unknown): MessageState | undefined {
  if (value === undefined) return undefined;
  const state = MESSAGE_STATES.find((known) => known === value);
  if (state) return state;
  throw new BadInput('invalid_state', `state must be one of ${MESSAGE_STATES.join(', ')}`);
}
