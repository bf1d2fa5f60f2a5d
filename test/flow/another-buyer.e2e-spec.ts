import { readFileSync } from 'node:fs';
import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const THREE_PAST = '2026-11-21T12:03:00.000Z';
const GUEST = 'anna@example.com';

describe('what a guest left and somebody with another address bought', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    for (const key of ['abandoned-cart', 'abandoned-checkout']) await addExitOf(key);
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  /** Publishes the preset with the exit that its description offers. */
  async function addExitOf(key: string): Promise<void> {
    const description = readFileSync(new URL(`../../templates/${key}/README.md`, import.meta.url), 'utf8');
    const [, exit] = /`(\{ "event": "order\.placed", "subject": [^`]+\})`/.exec(description)!;
    const { draft } = await shop.must<{ draft: { exits: object[] } }>('GET', `/v1/scenarios/${key}`);
    const exits = [...draft.exits, JSON.parse(exit!) as object];
    await shop.must('PUT', `/v1/scenarios/${key}`, { ...draft, exits });
    await shop.must('POST', `/v1/scenarios/${key}/publish`);
  }
  const checkout = () =>
    shop.event({
      ...(aCart(GUEST, NOON) as { readonly contact: object }),
      type: 'checkout.started',
      data: { checkoutId: 'k-1', currency: 'RUB', total: 5980, url: 'https://shop.example/checkout' },
    });
  const buys = (named: object) =>
    shop.event({
      type: 'order.placed',
      occurredAt: THREE_PAST,
      contact: { externalId: 'u-9', email: 'at-work@example.com' },
      data: { orderId: '7', currency: 'RUB', total: 5980, ...named },
    });
  const lettersToGuest = async () => {
    await shop.advance('10 days');
    return (await shop.messages({ contact: GUEST }))
      .filter(({ state }) => state === 'accepted')
      .map(({ step }) => step);
  };

  it('is no abandoned cart when the order names it', async () => {
    await shop.event(aCart(GUEST, NOON));
    await buys({ cartId: '81' });
    expect(await lettersToGuest()).toEqual([]);
  });

  it('is no abandoned checkout when the order names it', async () => {
    await checkout();
    await buys({ checkoutId: 'k-1' });
    expect(await lettersToGuest()).toEqual([]);
  });

  it('is still reminded of after an order of another cart, of another checkout or of none', async () => {
    await shop.event(aCart(GUEST, NOON));
    await checkout();
    await buys({ cartId: '82', checkoutId: 'k-2' });
    await shop.event(anOrder('boris@example.com', THREE_PAST));
    expect(await lettersToGuest()).toEqual(['reminder', 'finish', 'question', 'follow-up', 'last-call']);
  });
});
