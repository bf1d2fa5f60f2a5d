import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';

describe('a browser that turns out to be the buyer', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.reset(NOON);
  });
  afterAll(() => app.close());

  it('is not reminded of the cart, though the order was applied before anybody knew', async () => {
    const { data } = aCart('anna@example.com', NOON) as { readonly data: object };
    await shop.event({ type: 'cart.updated', occurredAt: NOON, contact: { anonymousId: 'browser-1' }, data });
    await shop.advance('10 minutes');
    await shop.event({
      type: 'order.placed',
      contact: { email: 'anna@example.com', consent: { marketing: true, source: 'checkout' } },
      data: { orderId: '7', cartId: '81', currency: 'RUB', total: 5980 },
    });
    await shop.advance('1 minute');
    const contact = { email: 'anna@example.com', anonymousId: 'browser-1' };
    await shop.event({ type: 'page.seen', contact, data: {} });
    await shop.advance('1 hour');
    expect((await shop.messages()).filter(({ scenario }) => scenario === 'abandoned-cart')).toEqual([]);
  });
});
