import { SUBSCRIPTION_REQUESTED } from './double-opt-in.js';
import { STANDARD_EVENT_TYPES } from './event-types.js';

const KNOWN: readonly string[] = [...STANDARD_EVENT_TYPES, SUBSCRIPTION_REQUESTED];
/** What other systems call what has a name here: an order of another name would end no chain, and nothing would say so. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['checkout.created', 'checkout.started'],
  ['checkout.initiated', 'checkout.started'],
  ['customer.created', 'user.registered'],
  ['customer.registered', 'user.registered'],
  ['order.completed', 'order.placed'],
  ['order.created', 'order.placed'],
  ['trial.expired', 'trial.ended'],
  ['user.created', 'user.registered'],
  ['user.signed_up', 'user.registered'],
]);
/** `checkout.start` for `checkout.started`. */
const LONGEST_ENDING = 2;

/**
 * The known type that the author of this one seems to have meant: it differs in one letter, two that changed places, its ending is
 * missing, or other systems call it so. Null for a known type and for the store's own: `order.packed` is two letters away from `order.placed`, and no mistake.
 */
export function nearestType(type: string): string | null {
  if (KNOWN.includes(type)) return null;
  return ELSEWHERE.get(type) ?? KNOWN.find((known) => isSlipOf(type, known) || isCut(type, known)) ?? null;
}

function isCut(type: string, known: string): boolean {
  return known.startsWith(type) && known.length - type.length <= LONGEST_ENDING;
}

/** Whether one letter is wrong, missing or too much, or two neighbours changed places. */
function isSlipOf(type: string, known: string): boolean {
  let start = 0;
  while (start < type.length && type[start] === known[start]) start++;
  const [ours, theirs] = [type.slice(start), known.slice(start)];
  return (
    ours.slice(1) === theirs.slice(1) ||
    ours.slice(1) === theirs ||
    ours === theirs.slice(1) ||
    (ours[0] === theirs[1] && ours[1] === theirs[0] && ours.slice(2) === theirs.slice(2))
  );
}
