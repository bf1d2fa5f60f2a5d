import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, type MessageView, Shop } from '../support/shop.js';

const NOON = '2026-11-02T12:00:00.000Z';
const SENT = 12_411;
const FIRST = { opens: 6062, uniqueOpens: 3984, clicks: 3636, uniqueClicks: 1345, orders: 184 };
const FOLLOW_UP = { opens: 3023, uniqueOpens: 2150, clicks: 1369, uniqueClicks: 652, orders: 63 };
/** The follow-up went to 7984 of the 8427 who had not opened: the others bought meanwhile without a letter's help. */
const BOUGHT_ALONE = SENT - FIRST.uniqueOpens - 7984;

/** The table of the product's founding documents, made again by 12,411 carts through the REST API. */
describe('the table of an abandoned-cart chain', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.reset(NOON);
  });
  afterAll(() => app.close());

  const address = (i: number) => `reader-${i}@example.com`;

  /** Opens, clicks and orders: everybody of the first `unique` acts once, the first of them again until the total is reached. */
  async function act(letters: readonly MessageView[], table: typeof FIRST, at: string): Promise<void> {
    const acts = (total: number, unique: number) => Array.from({ length: total }, (_, i) => letters[i % unique]!.id);
    await inParallel(acts(table.opens, table.uniqueOpens), (id) => shop.engage(id, 'open'));
    await inParallel(acts(table.clicks, table.uniqueClicks), (id) => shop.engage(id, 'click'));
    await post(letters.slice(0, table.orders).map((letter) => anOrder(letter.to, at)));
  }

  async function post(events: readonly object[]): Promise<void> {
    for (let i = 0; i < events.length; i += 1000) {
      const answer = await shop.must<{ accepted: number }>('POST', '/v1/events/batch', {
        events: events.slice(i, i + 1000),
      });
      expect(answer.accepted).toBe(Math.min(1000, events.length - i));
    }
  }

  it('comes back exactly, with 34.2 % more orders by the follow-up', async () => {
    await post(Array.from({ length: SENT }, (_, i) => aCart(address(i), NOON, { cartId: String(i) })));
    expect(await shop.advance('45 minutes')).toMatchObject({ messages: SENT });
    const first = await shop.messages({ scenario: 'abandoned-cart', step: 'reminder' });
    await act(first, FIRST, '2026-11-02T12:45:00.000Z');
    const alone = first.slice(FIRST.uniqueOpens, FIRST.uniqueOpens + BOUGHT_ALONE);
    await post(alone.map((letter) => anOrder(letter.to, '2026-11-02T12:45:00.000Z')));

    expect(await shop.advance('2 days')).toMatchObject({ messages: 7984 });
    const second = await shop.messages({ scenario: 'abandoned-cart', step: 'follow-up', state: 'accepted' });
    await act(second, FOLLOW_UP, '2026-11-04T12:45:00.000Z');
    await shop.advance('1 hour');

    const stats = await shop.must<{ items: object[]; total: object }>(
      'GET',
      '/v1/stats/scenarios/abandoned-cart?by=step',
    );
    expect(stats.items).toMatchObject([
      {
        step: 'reminder',
        sent: 12411,
        ...FIRST,
        rates: { open: 0.321, click: 0.1084, clickToOpen: 0.338, order: 0.0148 },
        increment: null,
      },
      { step: 'follow-up', sent: 7984, ...FOLLOW_UP, increment: { orders: 0.342 } },
    ]);
    const csv = await shop.call<string>('GET', '/v1/stats/scenarios/abandoned-cart?by=step&format=csv');
    expect(csv.body).toContain('reminder,12411');
  }, 600_000);
});

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}
