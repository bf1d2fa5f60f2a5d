import { LRUCache } from 'lru-cache';
import type { ProcessClock } from '../clock/clock.js';

/** So many wrong keys an address may send at once, and one more with every second. */
export const WRONG_KEYS = 60;
const SECOND_MS = 1_000;
const ADDRESSES = 10_000;

/**
 * How many wrong API keys came from which client address lately. A key in force is never refused for its neighbours: an
 * address may be a proxy's, with a whole store behind it.
 */
export class WrongKeys {
  /** For each address when its last wrong key would be forgiven: every wrong key moves it on by a second. */
  private readonly forgivenAt = new LRUCache<string, number>({ max: ADDRESSES });

  constructor(private readonly clock: ProcessClock) {}

  /** Counts a wrong key. */
  note(address: string): void {
    const group = groupOf(address);
    const now = this.clock.monotonicMs();
    // What one address owes never grows beyond its allowance: it is heard again a second after it stopped.
    const owed = Math.min(Math.max(now, this.forgivenAt.get(group) ?? 0) + SECOND_MS, now + WRONG_KEYS * SECOND_MS);
    this.forgivenAt.set(group, owed);
  }

  /** Whether this address has used up its wrong keys. Costs nothing while nobody sent any. */
  isOver(address: string): boolean {
    if (this.forgivenAt.size === 0) return false;
    const owed = (this.forgivenAt.get(groupOf(address)) ?? 0) - this.clock.monotonicMs();
    return owed > (WRONG_KEYS - 1) * SECOND_MS;
  }
}

/** One client has a whole /64 of IPv6 addresses. */
function groupOf(address: string): string {
  if (!address.includes(':') || address.startsWith('::ffff:')) return address;
  const [left = [], right = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
