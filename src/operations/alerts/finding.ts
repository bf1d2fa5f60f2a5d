/** What can be wrong. Each kind has its entry in docs/operations.md. */
export type AlertKind =
  | 'circuit_open'
  | 'sends_unresolved'
  | 'order_feed_silent'
  | 'event_feed_silent'
  | 'work_stalled'
  | 'long_transaction'
  | 'disk_low'
  | 'spool_damaged'
  | 'database_away';

/** Something wrong as it is seen now. Texts name stores, machines and numbers, never a person. */
export interface Finding {
  readonly kind: AlertKind;
  /** Which store, work or machine: one kind and subject have one episode. */
  readonly subject: string;
  readonly text: string;
  /** Set where only this machine can see it. */
  readonly host: string | null;
}

/** What people are told: that an episode began or that it is over. */
export interface Notice {
  /** Of the episode. */
  readonly id: string;
  readonly event: 'opened' | 'recovered';
  readonly kind: AlertKind;
  readonly subject: string;
  readonly text: string;
  readonly openedAt: Date;
  readonly recoveredAt: Date | null;
}
