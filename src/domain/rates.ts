export interface Counts {
  readonly sent: number;
  readonly uniqueOpens: number;
  readonly uniqueClicks: number;
  readonly orders: number;
}

/** Parts of one; null where the denominator is 0. */
export interface Rates {
  readonly open: number | null;
  readonly click: number | null;
  readonly clickToOpen: number | null;
  readonly order: number | null;
}

export function ratesOf(counts: Counts): Rates {
  throw new Error(JSON.stringify(counts));
}

/** Orders that a later message added, as a part of the first message's (63 to 184: 0.342); null when the first brought none. */
export function increment(orders: number, firstOrders: number): number | null {
  throw new Error(`${orders}${firstOrders}`);
}
