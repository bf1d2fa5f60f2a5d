/** How long taking events in may wait. Time of a clock that never jumps, never a lane's. */
export class IngestTimes {
  /**
   * After so long an event is answered 503, also while its statement still runs: a storefront that waits gives up after five
   * seconds (Shopify's rule), of which the look-up of its key may take a part. Sent again with its id it is stored once.
   */
  readonly patienceMs: number = 3_000;
  /**
   * How long a group waits for a person whose row somebody holds. A guard or a merge is through in milliseconds; whoever takes longer
   * (a session that was left open, a worker that is frozen) would hold up the events of everybody in the group and behind it.
   */
  readonly heldMs: number = 1_000;

  constructor(overrides: Partial<IngestTimes> = {}) {
    Object.assign(this, overrides);
  }
}
