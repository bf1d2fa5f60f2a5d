import type { EventFacts } from './run.js';
import { subjectOf } from './subject.js';

/** A message of the contact that may have brought an order. */
export interface CreditCandidate {
  readonly messageId: string;
  readonly sentAt: Date;
  /** The goal's `within`. */
  readonly withinMs: number;
  /** By people only. */
  readonly clicks: readonly Date[];
  readonly opens: readonly Date[];
}

/**
 * The one message that an order is credited to: last clicked, else last opened, by a person, with the act at or before
 * the order and the order inside the message's window (both ends included); null when there is none.
 */
export function creditOrder(order: { readonly at: Date }, candidates: readonly CreditCandidate[]): string | null {
  const orderMs = order.at.getTime();
  const inWindow = candidates.filter(({ sentAt, withinMs }) => {
    const age = orderMs - sentAt.getTime();
    return age >= 0 && age <= withinMs;
  });
  return (
    latest(inWindow, orderMs, (candidate) => candidate.clicks) ??
    latest(inWindow, orderMs, (candidate) => candidate.opens)
  );
}

/**
 * What a goal event tells of: an order by its id, whatever events tell of it, so that it is credited once; anything else by the event's
 * own key, which is told apart from an order's, as shops number both. In events of a store's own types an id is any text: an empty one
 * names no order, and a long one is kept as a long subject is, because keys have to fit an index.
 */
export function orderKeyOf({ id, type, data }: EventFacts): string {
  const { orderId } = data;
  const isNamed = typeof orderId === 'number' || (typeof orderId === 'string' && orderId !== '');
  return type.startsWith('order.') && isNamed ? subjectOf(String(orderId)) : `event:${id}`;
}

/** A goal event, and the letter that brought it. */
export interface Contender {
  readonly environmentId: string;
  /** Events with one key tell of one order. */
  readonly orderKey: string;
  readonly eventId: string;
  readonly at: Date;
  /** Null when no letter did. */
  readonly messageId: string | null;
}

/** The events that are credited: of each order the earliest that a letter brought; of two at one instant the lower id. */
export function creditOnce<T extends Contender>(events: readonly T[]): readonly T[] {
  const credited = new Map<string, T>();
  for (const event of events) {
    if (event.messageId === null) continue;
    const key = JSON.stringify([event.environmentId, event.orderKey]);
    const best = credited.get(key);
    if (!best || isEarlier(event, best)) credited.set(key, event);
  }
  return [...credited.values()];
}

function isEarlier(a: Contender, b: Contender): boolean {
  const ms = a.at.getTime() - b.at.getTime();
  return ms === 0 ? a.eventId < b.eventId : ms < 0;
}

function latest(
  candidates: readonly CreditCandidate[],
  orderMs: number,
  acts: (candidate: CreditCandidate) => readonly Date[],
): string | null {
  let best: { readonly id: string; readonly actMs: number; readonly sentMs: number } | null = null;
  for (const candidate of candidates) {
    const id = candidate.messageId;
    const sentMs = candidate.sentAt.getTime();
    for (const act of acts(candidate)) {
      const actMs = act.getTime();
      if (actMs > orderMs || (best !== null && !isLater({ id, actMs, sentMs }, best))) continue;
      best = { id, actMs, sentMs };
    }
  }
  return best?.id ?? null;
}

type Act = { readonly id: string; readonly actMs: number; readonly sentMs: number };

/** Acts at one instant go to the younger letter; the id only keeps the answer the same on every rebuild. */
function isLater(a: Act, b: Act): boolean {
  if (a.actMs !== b.actMs) return a.actMs > b.actMs;
  if (a.sentMs !== b.sentMs) return a.sentMs > b.sentMs;
  return a.id > b.id;
}
