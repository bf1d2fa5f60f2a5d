import type { Sql } from '../platform/database/sql.js';

/** Two contacts that turn out to be one person. */
export interface ContactMerge {
  readonly environmentId: string;
  /** The contact that goes away. */
  readonly from: string;
  /** The older contact, which stays. */
  readonly into: string;
  /** Lane time of the merge. */
  readonly at: Date;
}

/** What a merge asks of people's runs; enrollments implements it. The caller holds both contacts' locks. */
export abstract class RunMerger {
  /**
   * Moves every run of `from` to `into`. Of two running runs of one scenario and subject the one with the later activity
   * stays, the other ends as `merged` and what it still had to send is taken back. A running run of one that an event of the
   * other ends, ends. Rows of `messages` and of events follow by the caller.
   */
  abstract mergeRuns(tx: Sql, merge: ContactMerge): Promise<void>;
}

/** What an erasure asks of people's runs; enrollments implements it. The caller holds the contact's lock. */
export abstract class RunEnder {
  /** Ends every running run of the contact with this reason and takes back what it still had to send. */
  abstract endRuns(
    tx: Sql,
    end: { readonly environmentId: string; readonly contactId: string; readonly reason: 'erased'; readonly at: Date },
  ): Promise<void>;
}

/** What an erasure asks of statistics, which implements it. The caller holds the contact's lock. */
export abstract class OrderWorth {
  /** Keeps what the contact's orders are worth that no letter has been credited with yet: the erasure takes what tells it. */
  abstract keep(tx: Sql, contact: { readonly environmentId: string; readonly contactId: string }): Promise<void>;
}

/** A consent to marketing mail that was given without an event of the storefront. */
export interface ConsentGiven {
  readonly storeId: string;
  readonly environmentId: string;
  readonly contactId: string;
  readonly source: string;
  /** Lane time. */
  readonly at: Date;
}

/** What a consent given through the API asks of the inbox; ingest implements it. The caller holds the contact's lock. */
export abstract class SubscriptionRequests {
  /** Asks the person for a confirmation, where the store wants one; joins the caller's transaction. */
  abstract consentGiven(tx: Sql, given: ConsentGiven): Promise<void>;
}
