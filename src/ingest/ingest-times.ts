/** How long taking events in may wait. Time of a clock that never jumps, never a lane's. */
export class IngestTimes {
  /**
   * After so long an event is answered 503, also while its statement still runs: a storefront that waits gives up after five
   * seconds (Shopify's rule), of which the look-up of its key may take a part. Sent again with its id it is stored once.
   */
  readonly patienceMs: number = 3_000;

  constructor(overrides: Partial<IngestTimes> = {}) {
    Object.assign(this, overrides);
  }
}
