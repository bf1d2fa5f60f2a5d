import type { CancelReason } from '../domain/reasons.js';
import type { PlannedMessage, StepMessageFacts } from '../domain/run.js';
import type { Sql } from '../platform/database/sql.js';

/** A message as a run asks for it; the ledger's owner writes the row. */
export interface LedgerRow extends PlannedMessage {
  readonly id: string;
  readonly environmentId: string;
  readonly storeId: string;
  readonly clock: 'real' | 'virtual';
  readonly enrollmentId: string;
  readonly contactId: string;
  readonly scenarioKey: string;
  readonly version: number;
  readonly variant: string;
  readonly messageClass: 'marketing' | 'care' | 'service';
  /** The decision's instant (lane time), the row's created_at. */
  readonly createdAt: Date;
}

export interface RunRef {
  readonly environmentId: string;
  readonly enrollmentId: string;
}

/** What enrollments needs of the ledger of messages; delivery implements it. Every call joins the caller's transaction. */
export abstract class MessageLedger {
  /** Writes planned and skipped messages; a row that the step's pass already has stays as it is. */
  abstract plan(tx: Sql, rows: readonly LedgerRow[]): Promise<void>;

  /**
   * Takes back what has not gone out: planned, claimed and retry become cancelled (unresolved where an earlier ambiguous
   * attempt may have gone out); a row in `sending` is only asked to stop.
   */
  abstract cancel(tx: Sql, cancels: readonly (RunRef & { readonly reason: CancelReason })[]): Promise<void>;

  /** Ids of those runs that have a message on the way (planned, claimed, sending, retry, unknown). */
  abstract unsettled(tx: Sql, runs: readonly RunRef[]): Promise<ReadonlySet<string>>;

  /** Ids of those runs of which somebody holds a message on the way at the moment. */
  abstract held(sql: Sql, runs: readonly RunRef[]): Promise<ReadonlySet<string>>;

  /** Lets go of the messages that a paused scenario held back. */
  abstract release(tx: Sql, environmentId: string, scenarioKey: string): Promise<void>;

  /** Cancels what a scenario that is archived in this environment still has to send (`archived`). */
  abstract archive(tx: Sql, environmentId: string, scenarioKey: string): Promise<void>;
}

/** Tells what became of the messages of runs: for opened(), clicked(), sent(). Delivery implements it. */
export abstract class EngagementReader {
  /** The steps' latest messages in each run's current pass, by run id. */
  abstract ofRuns(
    tx: Sql,
    runs: readonly (RunRef & { readonly pass: number })[],
  ): Promise<ReadonlyMap<string, readonly StepMessageFacts[]>>;
}

/** A goal event as it leaves the inbox. */
export interface ConversionRow {
  readonly environmentId: string;
  readonly eventId: string;
  /** Events with one key tell of one order, which is credited once: the order's id, else `event:` and the event's own. */
  readonly orderKey: string;
  readonly type: string;
  readonly contactId: string;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Takes the goal events of a batch for attribution; stats implements it. Joins the caller's transaction. */
export abstract class ConversionRecorder {
  /** Stores conversions that are not known yet; a known event changes nothing. */
  abstract record(tx: Sql, rows: readonly ConversionRow[]): Promise<void>;
}
