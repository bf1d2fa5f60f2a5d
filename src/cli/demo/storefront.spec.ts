import type { LogRow } from './log-row.js';
import { ApiClient } from './api-client.js';
import { type Letter, Player, type Reader } from './player.js';
import { type Reaction, reactionTo } from './recipients.js';
import { ordersOf, Storefront } from './storefront.js';

const row = (at: number, event: LogRow['event'], item: string, transaction: string | null = null): LogRow => ({
  at,
  visitor: '7',
  event,
  item,
  transaction,
});

describe('a shop log as store events', () => {
  it('repeats an event word for word where the log repeats a row, also with another row of that millisecond between', () => {
    const rows = [row(5, 'addtocart', 'a'), row(5, 'addtocart', 'b'), row(5, 'addtocart', 'a')];
    const storefront = new Storefront(ordersOf(rows));
    const [first, second, again] = rows.map((r) => storefront.eventOf(r));
    expect(again).toEqual(first);
    expect(second).not.toEqual(first);
  });

  it('posts one order for all rows of a transaction', () => {
    const rows = [row(1, 'transaction', 'a', 't1'), row(1, 'transaction', 'b', 't1'), row(1, 'transaction', 'a', 't1')];
    const storefront = new Storefront(ordersOf(rows));
    const events = rows.map((r) => storefront.eventOf(r)).filter((event) => event !== null);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ id: 'order-t1', data: { items: [{ productId: 'a' }, { productId: 'b' }] } });
  });

  it('lets a cart grow and an order empty it', () => {
    const rows = [
      row(1, 'addtocart', 'a'),
      row(2, 'addtocart', 'b'),
      row(3, 'transaction', 'a', 't1'),
      row(4, 'addtocart', 'c'),
    ];
    const storefront = new Storefront(ordersOf(rows));
    const items = rows
      .map((r) => storefront.eventOf(r))
      .map((e) => (e!.data as { items: { productId: string }[] }).items.map((i) => i.productId));
    expect(items).toEqual([['a'], ['a', 'b'], ['a'], ['c']]);
  });

  it('gives every visitor an address that is one, and finds the visitor by it', () => {
    const ids = ['7', 'B6F1-3C', 'anna smith@shop', 'f'.repeat(64)];
    const rows = ids.map((visitor) => ({ ...row(1, 'addtocart', 'a/б'), visitor }));
    const storefront = new Storefront(ordersOf(rows));
    const addresses = rows.map((r) => (storefront.eventOf(r)!.contact as { email: string }).email);
    expect(addresses[0]).toBe('visitor-7@shop.example');
    for (const address of addresses) expect(address).toMatch(/^visitor-[a-z\d]{1,40}@shop\.example$/);
    expect(addresses.map((address) => storefront.visitorOf(address))).toEqual(ids);
  });

  /** A service that sends one letter at the first advance. */
  class OneLetter extends ApiClient {
    readonly clock: number[] = [];

    constructor(private readonly letter: Letter | null) {
      super('', '');
    }

    override get<T>(path: string): Promise<T> {
      return Promise.resolve(
        (path === '/v1/sandbox' ? { nextDueAt: null } : { items: [this.letter], nextCursor: null }) as T,
      );
    }

    override post<T>(_path: string, body: { readonly now?: string; readonly to?: string }): Promise<T> {
      const at = body.now ?? body.to;
      if (at !== undefined) this.clock.push(Date.parse(at));
      const messages = this.letter !== null && this.clock.length === 2 && body.to !== undefined ? 1 : 0;
      return Promise.resolve({ messages, duplicate: false } as T);
    }
  }

  it('is played across years without a row: no call moves the clock by more than the 400 days that one may', async () => {
    const dayMs = 86_400_000;
    const api = new OneLetter(null);
    const rows = [row(1, 'addtocart', 'a'), row(1_000 * dayMs, 'addtocart', 'b')];
    await new Player(api, rows, () => undefined).play();
    expect(api.clock.at(-1)).toBe(1_005 * dayMs);
    expect(Math.max(...api.clock.slice(1).map((at, i) => at - api.clock[i]!))).toBeLessThan(400 * dayMs);
  });

  it.each<[Reader['deed'], keyof Reaction | null, keyof Reaction | null]>([
    ['got a letter', null, 'openAfterMs'],
    ['opened a letter', 'openAfterMs', 'clickAfterMs'],
    ['clicked in a letter', 'clickAfterMs', 'buyAfterMs'],
    ['came back by a letter', 'buyAfterMs', null],
  ])('tells of somebody who %s, where nobody did more', async (deed, does, doesNot) => {
    const letters = Array.from({ length: 20_000 }, (_, i) => i).map((i) => ({
      id: 'l',
      scenario: 'abandoned-cart',
      step: 'reminder',
      to: 'visitor-7@shop.example',
      sentAt: new Date(i).toISOString(),
    }));
    const letter = letters.find((one) => {
      const reaction = reactionTo(one);
      return (
        reaction.unsubscribeAfterMs === undefined &&
        (does === null || reaction[does] !== undefined) &&
        (doesNot === null || reaction[doesNot] === undefined)
      );
    })!;
    const story = await new Player(new OneLetter(letter), [row(1, 'addtocart', 'a')], () => undefined).play();
    expect(story.reader).toEqual({ address: letter.to, deed });
  });
});
