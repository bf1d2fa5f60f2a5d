import { randomBytes } from 'node:crypto';
import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';

interface Table {
  readonly total: { readonly orders: number; readonly revenue: { readonly amount: string; readonly currency: string } };
}

const LETTER = `<mjml><mj-head><mj-title>Hello</mj-title><mj-preview>Hello</mj-preview></mj-head>
<mj-body><mj-section><mj-column><mj-text>Hello <a href="https://shop.example/">shop</a> <a href="{{links.preferences}}">p</a>
<a href="{{links.unsubscribe}}">u</a></mj-text></mj-column></mj-section></mj-body></mjml>`;

describe('orders and the letters that brought them', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  const totalOf = async (key: string) => (await shop.must<Table>('GET', `/v1/stats/scenarios/${key}`)).total;
  const click = async (scenario: string) => {
    const [letter] = await shop.messages({ scenario, state: 'accepted' });
    await shop.engage(letter!.id, 'click');
  };
  const define = async (key: string, scenario: object) => {
    await shop.must('POST', '/v1/templates', { key: `${key}/letter`, name: key, locales: { en: LETTER } });
    await shop.must('POST', `/v1/templates/${key}/letter/publish`, {});
    await shop.must('POST', '/v1/scenarios', { key, name: key, messageClass: 'service', ...scenario });
    await shop.must('POST', `/v1/scenarios/${key}/publish`, {});
  };

  it('a chain that asks for the payment of an order is credited with the payment', async () => {
    await define('unpaid-order', {
      trigger: { type: 'event', event: 'order.placed', subject: 'event.orderId' },
      exits: [{ event: 'order.paid', reason: 'paid' }],
      goals: [{ key: 'paid', event: 'order.paid', within: 'P5D', value: 'event.total' }],
      steps: [
        { id: 'pause', type: 'wait', for: '1 hour' },
        { id: 'letter', type: 'email', template: 'unpaid-order/letter' },
      ],
    });
    await shop.event(anOrder('bob@example.com', NOON, { orderId: '7', total: 100 }));
    await shop.advance('1 hour');
    await click('unpaid-order');
    const paid = { orderId: '7', currency: 'RUB', total: 100 };
    for (const id of ['payment', 'the same payment'])
      await shop.event({ id, type: 'order.paid', contact: { email: 'bob@example.com' }, data: paid });
    await shop.advance('1 hour');
    expect(await totalOf('unpaid-order')).toMatchObject({ orders: 1, revenue: { amount: '100.00' } });
  });

  it('a value that is calculated is worth what it says', async () => {
    await define('net-value', {
      trigger: { type: 'event', event: 'user.registered' },
      goals: [{ key: 'order', event: 'order.placed', within: 'P5D', value: 'event.total - event.shipping' }],
      steps: [{ id: 'letter', type: 'email', template: 'net-value/letter' }],
    });
    await shop.event({ type: 'user.registered', contact: { email: 'carl@example.com' }, data: {} });
    await shop.advance('1 minute');
    await click('net-value');
    const data = { orderId: 'c', currency: 'USD', total: 19.99, shipping: 4.9 };
    await shop.event({ type: 'order.placed', contact: { email: 'carl@example.com' }, data });
    await shop.advance('1 minute');
    expect(await totalOf('net-value')).toMatchObject({ orders: 1, revenue: { amount: '15.09', currency: 'USD' } });
  });

  it('are credited whatever a store’s own events call them, and stop nobody else’s', async () => {
    await define('confirmed', {
      trigger: { type: 'event', event: 'user.registered' },
      goals: [{ key: 'order', event: 'order.confirmed', within: 'P5D' }],
      steps: [{ id: 'letter', type: 'email', template: 'confirmed/letter' }],
    });
    const ids = [randomBytes(6_000).toString('base64'), '', '', '7'];
    const buyer = (i: number) => ({ email: `buyer-${i}@example.com` });
    for (const i of ids.keys()) await shop.event({ type: 'user.registered', contact: buyer(i), data: {} });
    await shop.advance('1 minute');
    for (const { id } of await shop.messages({ scenario: 'confirmed' })) await shop.engage(id, 'click');
    for (const [i, orderId] of ids.entries())
      await shop.event({ type: 'order.confirmed', contact: buyer(i), data: { orderId } });
    await shop.advance('1 minute');
    expect(await totalOf('confirmed')).toMatchObject({ orders: 4 });
  });

  describe('of somebody who clicked in the letter about their cart', () => {
    beforeEach(async () => {
      await shop.event(aCart(ANNA, NOON));
      await shop.advance('45 minutes');
      await click('abandoned-cart');
    });

    it('an order is credited whatever the ids of other events are', async () => {
      await shop.event({
        id: '1001',
        type: 'review.published',
        contact: { email: 'zoe@example.com' },
        data: { productId: 'p1' },
      });
      await shop.event(anOrder(ANNA, '2026-11-21T12:46:00.000Z', { id: 'e-1002', orderId: '1001' }));
      await shop.advance('1 minute');
      expect(await totalOf('abandoned-cart')).toMatchObject({ orders: 1 });
    });

    it.each(['before', 'after'])('an order is credited that they made %s they are recognised', async (when) => {
      await shop.advance('10 minutes');
      const order = () =>
        shop.event({
          type: 'order.placed',
          contact: { externalId: 'u-17' },
          data: { orderId: '8', currency: 'RUB', total: 5980 },
        });
      if (when === 'before') await order();
      await shop.advance('1 minute');
      await shop.event({ type: 'user.registered', contact: { email: ANNA, externalId: 'u-17' }, data: {} });
      if (when === 'after') await order();
      await shop.advance('1 hour');
      expect(await totalOf('abandoned-cart')).toMatchObject({ orders: 1, revenue: { amount: '5980.00' } });
    });
  });
});
