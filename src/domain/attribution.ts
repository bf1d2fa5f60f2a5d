/** A message that may have brought an order: the contact's, in time order or not. */
export interface CreditCandidate {
  readonly messageId: string;
  readonly sentAt: Date;
  /** The goal's `within`. */
  readonly withinMs: number;
  /** By people only. */
  readonly clicks: readonly Date[];
  readonly opens: readonly Date[];
}

/** The message that an order is credited to: last clicked, else last opened, by a person, in time; else null. */
export function creditOrder(order: { readonly at: Date }, candidates: readonly CreditCandidate[]): string | null {
  throw new Error(JSON.stringify([order, candidates]));
}
