import type { Delivery, ProviderEvent } from './provider-event.js';

/**
 * How far each report brings a letter. A letter never goes back: reports come twice and in any order, and a bounce
 * after the delivery (the mailbox's own server refused later) or a complaint says more than the delivery did.
 */
export const DELIVERIES: readonly Delivery[] = [
  'processed',
  'deferred',
  'delivered',
  'blocked',
  'bounced',
  'dropped',
  'complained',
];

/** What a letter's reports say together; instants are the earliest of their kind. */
export interface LetterNews {
  readonly delivery: Delivery | null;
  readonly deliveredAt: Date | null;
  /** It did not arrive: bounced, blocked or dropped. */
  readonly bouncedAt: Date | null;
  readonly complainedAt: Date | null;
  readonly unsubscribedAt: Date | null;
  /** Refusals for now (`deferred`, `blocked`), which count towards suppression. */
  readonly softBounces: readonly Date[];
  readonly suppress: ProviderEvent['suppress'];
  readonly providerMessageId: string | null;
}

/** A report with its instant. */
export type TimedEvent = ProviderEvent & { readonly at: Date };

export const NO_NEWS: LetterNews = {
  delivery: null,
  deliveredAt: null,
  bouncedAt: null,
  complainedAt: null,
  unsubscribedAt: null,
  softBounces: [],
  suppress: null,
  providerMessageId: null,
};

/** Adds a report. The order of reports makes no difference, nor does a repeated one (soft bounces count by day). */
export function withEvent(news: LetterNews, event: TimedEvent): LetterNews {
  const { kind, at } = event;
  const isLost = kind === 'bounced' || kind === 'blocked' || kind === 'dropped';
  const isSoft = kind === 'deferred' || kind === 'blocked';
  return {
    delivery: furthest(news.delivery, deliveryOf(event)),
    deliveredAt: kind === 'delivered' ? earliest(news.deliveredAt, at) : news.deliveredAt,
    bouncedAt: isLost ? earliest(news.bouncedAt, at) : news.bouncedAt,
    complainedAt: kind === 'complained' ? earliest(news.complainedAt, at) : news.complainedAt,
    unsubscribedAt: event.unsubscribes ? earliest(news.unsubscribedAt, at) : news.unsubscribedAt,
    softBounces: isSoft ? [...news.softBounces, at] : news.softBounces,
    // A complaint is a person's word, a bounce a machine's.
    suppress: news.suppress === 'complaint' ? 'complaint' : (event.suppress ?? news.suppress),
    providerMessageId: smaller(news.providerMessageId, event.providerMessageId),
  };
}

/** The further of two facets. */
export function furthest(one: Delivery | null, other: Delivery | null): Delivery | null {
  return rank(other) > rank(one) ? other : one;
}

function rank(delivery: Delivery | null): number {
  return delivery === null ? -1 : DELIVERIES.indexOf(delivery);
}

function deliveryOf({ kind }: ProviderEvent): Delivery | null {
  return (DELIVERIES as readonly string[]).includes(kind) ? (kind as Delivery) : null;
}

function earliest(known: Date | null, at: Date): Date {
  return known !== null && known <= at ? known : at;
}

function smaller(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one <= other ? one : other;
}
