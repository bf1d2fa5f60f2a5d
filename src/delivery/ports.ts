/** What people did with a letter by hits that are durable, but not in PostgreSQL yet. */
export interface SpooledActs {
  readonly opened: boolean;
  /** The latest click; null when there was none. */
  readonly clickedAt: Date | null;
}

/**
 * Hits that this process answered while PostgreSQL did not take them, as long as they are on disk alone. Tracking implements it;
 * of other processes' hits nobody here knows before they are replayed.
 */
export abstract class SpooledHits {
  /**
   * A look-up by a letter's id; undefined where nothing of it waits. Take it before PostgreSQL is asked: it goes on knowing what a replay
   * has stored meanwhile.
   */
  abstract seen(): (messageId: string) => SpooledActs | undefined;
}
