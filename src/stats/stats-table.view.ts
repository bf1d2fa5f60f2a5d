/** A sum of money. */
export class MoneyView {
  /** Decimal text with at least two digits after the point. */
  readonly amount!: string;
  /** ISO 4217. */
  readonly currency!: string;
}

/** Parts of one; null where there is nothing to be a part of. */
export class RatesView {
  /** `uniqueOpens` of `sent`. */
  readonly open!: number | null;
  /** `uniqueClicks` of `sent`. */
  readonly click!: number | null;
  /** `uniqueClicks` of `uniqueOpens`; more than 1 where many read without pictures. */
  readonly clickToOpen!: number | null;
  /** `orders` of `sent`. */
  readonly order!: number | null;
}

/** What a follow-up added over the first letter. */
export class IncrementView {
  /** Its orders as a part of the first letter's (63 to 184: 0.342); null when that brought none. */
  readonly orders!: number | null;
}

/** What letters of one step brought, all counted on the day on which they went out. */
export class StatsRowView {
  /** Null in the total of all scenarios. */
  readonly scenario!: string | null;
  /** Null in the total. */
  readonly step!: string | null;
  /** Of a table by day: when the letters went out, in the store's zone of then. */
  readonly day?: string;
  /** Of a table by variant; empty where the scenario has none. */
  readonly variant?: string;
  /** Of a table by version: the scenario's that the letters are of. */
  readonly version?: number;
  /** Letters that a provider, or the outbox, took. */
  readonly sent!: number;
  /** Of them those of which no bounce was reported. */
  readonly delivered!: number;
  /** How often people opened them; with `machine=include` machines too. */
  readonly opens!: number;
  /** Letters that were opened, however often. */
  readonly uniqueOpens!: number;
  /** How often people clicked in them; with `machine=include` machines too. A click is no open. */
  readonly clicks!: number;
  /** Letters in which somebody clicked, however often. */
  readonly uniqueClicks!: number;
  /**
   * Orders, or other goal events, within a goal's time after these letters. Each counts once in the store: for the letter that the buyer
   * clicked last before it, else opened last.
   */
  readonly orders!: number;
  /** What they are worth by the goals' `value`: in the store's currency where anything is, else in the first of the others. */
  readonly revenue!: MoneyView;
  /** Sums in other currencies than `revenue`; absent when there are none. */
  readonly otherRevenue?: MoneyView[];
  /** Letters whose readers took themselves off the list by them. */
  readonly unsubscribes!: number;
  /** Letters that were reported as spam. */
  readonly complaints!: number;
  /** Letters that came back, for good or for now. */
  readonly bounces!: number;
  readonly rates!: RatesView;
  /**
   * Beside the first letter of the scenario, and of the same day, variant or version; where ways part before it, beside the first letters
   * of those that lead here. Null on a first letter and on the total.
   */
  readonly increment!: IncrementView | null;
}

/** A statistics table. */
export class StatsTableView {
  /** By scenario and step; steps that are published no more come last. */
  readonly items!: StatsRowView[];
  /** Of all letters that were asked about. */
  readonly total!: StatsRowView;
}
