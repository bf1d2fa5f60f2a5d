/** One request of a signed pixel or link, complete as it must survive a crash: nothing of it is looked up later. */
export interface Hit {
  /** Engagement id, minted when the hit came in: a replay of the spool inserts it at most once. */
  readonly id: string;
  readonly environmentId: string;
  readonly messageId: string;
  readonly action: 'open' | 'click';
  /** Which link of the letter, null for the pixel. */
  readonly linkIndex: number | null;
  readonly url: string | null;
  /** When it came in, ISO 8601 UTC, on the database's clock as far as this process knows it. Part of the row's key. */
  readonly receivedAt: string;
  readonly method: string;
  /** `Sec-Purpose` or `Purpose` as sent, for prefetches. */
  readonly purpose: string | null;
  readonly userAgent: string | null;
}

/** A hit with the verdict on who did it. */
export interface JudgedHit {
  readonly id: string;
  readonly environmentId: string;
  readonly messageId: string;
  readonly action: 'open' | 'click' | 'unsubscribe';
  readonly actor: 'person' | 'machine';
  /** The rule that decided, a word kept with the engagement. */
  readonly verdict: string;
  readonly linkIndex: number | null;
  readonly url: string | null;
  readonly receivedAt: string;
  readonly userAgent: string | null;
}
