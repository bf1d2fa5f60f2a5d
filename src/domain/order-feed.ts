/** What is known of a store's order events; instants are of their arrival, because imported history says nothing of the feed. */
export interface OrderFeed {
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Order events in the 28 days up to now. */
  readonly recent: number;
  /** 99th percentile of the pauses between two of them, milliseconds. */
  readonly usualGapMs: number;
}

const KNOWN_AFTER_MS = 28 * 86_400_000;
const ENOUGH_ORDERS = 100;
const TIMES_USUAL = 3;
const SHORTEST_SILENCE_MS = 6 * 3_600_000;

/**
 * Whether the store has been silent about its orders for longer than usual: three times the pause that 99 of 100 stay
 * below, at least 6 hours. Judged only after 28 days with at least 100 order events in the last 28, so that a new or small
 * store is never held back, and a feed that was given up is forgotten after 28 days.
 */
export function isFeedSilent(feed: OrderFeed | null, now: Date): boolean {
  if (feed === null || feed.recent < ENOUGH_ORDERS) return false;
  if (now.getTime() - feed.firstAt.getTime() < KNOWN_AFTER_MS) return false;
  return now.getTime() - feed.lastAt.getTime() > Math.max(feed.usualGapMs * TIMES_USUAL, SHORTEST_SILENCE_MS);
}
