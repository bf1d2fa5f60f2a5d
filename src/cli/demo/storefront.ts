import { createHash } from 'node:crypto';
import type { LogRow } from './log-row.js';
import { randomOf } from './seeded-random.js';

/** An event as `POST /v1/events` takes it. */
export interface StoreEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly contact: object;
  readonly data: object;
}

interface CartItem {
  readonly productId: string;
  readonly title: string;
  readonly price: number;
  readonly quantity: number;
  readonly url: string;
  readonly imageUrl: string;
}

const THINGS = ['Coat', 'Boots', 'Scarf', 'Jumper', 'Bag', 'Lamp', 'Teapot', 'Rucksack', 'Blanket', 'Watch'];
const NAMES = ['Anna', 'Boris', 'Clara', 'Dmitry', 'Elena', 'Frank', 'Galina', 'Hugo', 'Irina', 'James'];
/** What everything costs in the shop. */
export const CURRENCY = 'EUR';

/**
 * Turns a log's rows into what a store would post, one call a row. A log has no names, addresses, prices or titles: these are
 * made up, always the same for one visitor and one item. A row that stands twice in the log gives the same event twice, as a
 * store that retries would.
 */
export class Storefront {
  private readonly visitors = new Map<string, string>();
  private readonly carts = new Map<string, Map<string, CartItem>>();
  /** Each visitor's events of the latest millisecond, by item: where a repeated row finds the event that it repeats. */
  private readonly latest = new Map<string, { readonly at: number; readonly events: Map<string, StoreEvent> }>();

  constructor(private readonly ordersOf: ReadonlyMap<string, readonly LogRow[]>) {}

  /** The event of a row; null for views (the shop follows up carts) and for an order's further rows. */
  eventOf(row: LogRow): StoreEvent | null {
    switch (row.event) {
      case 'view':
        return null;
      case 'addtocart':
        return this.cartUpdated(row);
      case 'transaction':
        return this.orderPlaced(row);
    }
  }

  private cartUpdated(row: LogRow): StoreEvent {
    const known = this.latest.get(row.visitor);
    const moment = known?.at === row.at ? known : { at: row.at, events: new Map<string, StoreEvent>() };
    this.latest.set(row.visitor, moment);
    const repeated = moment.events.get(row.item);
    if (repeated) return repeated;
    const cart = this.carts.get(row.visitor) ?? new Map<string, CartItem>();
    this.carts.set(row.visitor, cart.set(row.item, itemOf(row.item)));
    const event = this.event(row, `cart-${row.visitor}-${row.at}-${row.item}`, 'cart.updated', {
      cartId: row.visitor,
      url: `https://shop.example/cart/${encodeURIComponent(row.visitor)}`,
      ...totals([...cart.values()]),
    });
    moment.events.set(row.item, event);
    return event;
  }

  private orderPlaced(row: LogRow): StoreEvent | null {
    const rows = this.ordersOf.get(row.transaction!) ?? [row];
    if (rows[0] !== row) return null;
    this.carts.delete(row.visitor);
    const items = [...new Set(rows.map((r) => r.item))].map(itemOf);
    return this.event(row, `order-${row.transaction}`, 'order.placed', { orderId: row.transaction!, ...totals(items) });
  }

  /** What a visitor's cart holds now, as an order's data; null when it is empty. Used when a letter brings somebody back. */
  checkout(
    visitor: string,
  ): { readonly currency: string; readonly total: number; readonly items: readonly object[] } | null {
    const cart = this.carts.get(visitor);
    this.carts.delete(visitor);
    return cart ? totals([...cart.values()]) : null;
  }

  /** The visitor behind an address of ours. */
  visitorOf(address: string): string {
    return this.visitors.get(address) ?? '';
  }

  private event(row: LogRow, id: string, type: string, data: object): StoreEvent {
    this.visitors.set(addressOf(row.visitor), row.visitor);
    return { id, type, occurredAt: new Date(row.at).toISOString(), contact: contactOf(row.visitor), data };
  }
}

/** The rows of each order, by transaction id, in log order. */
export function ordersOf(rows: readonly LogRow[]): Map<string, LogRow[]> {
  const orders = new Map<string, LogRow[]>();
  for (const row of rows)
    if (row.transaction !== null) orders.set(row.transaction, [...(orders.get(row.transaction) ?? []), row]);
  return orders;
}

/** The address of a log's visitor. Not every shop's ids fit into one as Retailrocket's do: they are long, or have capitals and signs. */
export function addressOf(visitor: string): string {
  const name = /^[a-z\d]{1,40}$/.test(visitor)
    ? visitor
    : createHash('sha256').update(visitor).digest('hex').slice(0, 32);
  return `visitor-${name}@shop.example`;
}

function contactOf(visitor: string): object {
  const random = randomOf(`visitor ${visitor}`);
  return {
    externalId: visitor,
    email: addressOf(visitor),
    firstName: NAMES[random.between(0, NAMES.length - 1)],
    locale: random.chance(0.5) ? 'ru' : 'en',
    consent: { marketing: random.chance(0.94), source: 'checkout checkbox' },
  };
}

function itemOf(item: string): CartItem {
  const random = randomOf(`item ${item}`);
  return {
    productId: item,
    title: `${THINGS[random.between(0, THINGS.length - 1)]!} ${item}`,
    price: random.between(9, 190),
    quantity: 1,
    url: `https://shop.example/p/${encodeURIComponent(item)}`,
    imageUrl: `https://shop.example/i/${encodeURIComponent(item)}.jpg`,
  };
}

function totals(items: readonly CartItem[]): { currency: string; total: number; items: readonly CartItem[] } {
  return { currency: CURRENCY, total: items.reduce((sum, item) => sum + item.price * item.quantity, 0), items };
}
