import { mayHoldAddress } from '../domain/email-address.js';
import type { BlindKeys } from '../platform/blind-keys.js';

/**
 * The forms in which a client's id of an event may be stored: as it is, and behind a blind key once the person of an id that may hold
 * an address was erased. So the event is still known when it is sent again, and the id no longer names anybody.
 */
export function storedKeys(key: string, blind: BlindKeys): readonly string[] {
  return mayHoldAddress(key) ? [key, blind.of(key)] : [key];
}
