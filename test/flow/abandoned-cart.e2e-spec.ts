import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';
const CART = { scenario: 'abandoned-cart' };

describe('an abandoned cart', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  const letters = () => shop.messages(CART);
  const sent = async () => (await letters()).filter((m) => m.state === 'accepted').map((m) => [m.step, m.sentAt]);
  const endOfRun = async () => {
    const { items } = await shop.must<{ items: { state: string; endReason: string | null }[] }>(
      'GET',
      '/v1/scenarios/abandoned-cart/enrollments',
    );
    return items.map((run) => run.endReason);
  };

  it('is reminded of after 45 minutes and once more 2 days later, to the second', async () => {
    await shop.event(aCart(ANNA, NOON));
    expect(await shop.advance('44 minutes')).toMatchObject({ messages: 0 });
    expect(await shop.advance('59 seconds')).toMatchObject({ messages: 0 });
    expect(await shop.advance('1 second')).toMatchObject({ messages: 1, now: '2026-11-21T12:45:00.000Z' });
    expect(await shop.advanceTo('2026-11-23T12:44:59.000Z')).toMatchObject({ messages: 0 });
    expect(await shop.advance('1 second')).toMatchObject({ messages: 1 });
    expect(await shop.advance('30 days')).toMatchObject({ messages: 0 });
    expect(await sent()).toEqual([
      ['reminder', '2026-11-21T12:45:00.000Z'],
      ['follow-up', '2026-11-23T12:45:00.000Z'],
    ]);
    expect(await endOfRun()).toEqual(['completed']);
  });

  it('shows the cart in the reader’s language, with a subject and a way out', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    const [letter] = await letters();
    const detail = await shop.message(letter!.id);
    expect(detail).toMatchObject({ to: ANNA, locale: 'ru', attempts: 1 });
    expect(detail.html).toContain('Пальто');
    expect(detail.text).toContain('Пальто');
    expect(detail.subject).toMatch(/\S/);
    expect(detail.headers['List-Unsubscribe']).toMatch(/^<http.*\/u\/.*>$/);
    expect(detail.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  });

  it('sends no second letter to somebody who opened the first', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    await shop.engage((await letters())[0]!.id, 'open');
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    expect((await letters()).map((m) => [m.step, m.state, m.reason, m.condition])).toEqual([
      ['reminder', 'accepted', null, null],
      ['follow-up', 'skipped', 'condition_false', "!opened('reminder')"],
    ]);
  });

  it('does not take a machine’s open for a person’s', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    await shop.engage((await letters())[0]!.id, 'open', 'machine');
    expect(await shop.advance('3 days')).toMatchObject({ messages: 1 });
  });

  it('is never reminded of after its order, however late the order comes', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    await shop.advance('1 day');
    await shop.event(anOrder(ANNA, '2026-11-22T12:45:00.000Z'));
    expect(await shop.advance('30 days')).toMatchObject({ messages: 0 });
    expect((await sent()).map(([step]) => step)).toEqual(['reminder']);
    expect(await endOfRun()).toEqual(['exited:purchased']);
  });

  it('is not reminded of when it was bought, though the store dates its carts by a clock that is fast', async () => {
    await shop.event({ ...aCart(ANNA, '2026-11-21T12:03:00.000Z'), id: 'fast' });
    await shop.advance('1 minute');
    await shop.event({ ...anOrder(ANNA, NOON), occurredAt: null });
    await shop.advance('5 days');
    expect(await sent()).toEqual([]);
    expect(await endOfRun()).toEqual(['exited:purchased']);
    expect(await shop.must('GET', '/v1/events/fast')).toMatchObject({ occurredAt: NOON });
  });

  it('is not reminded of when the order comes in the very instant in which the letter is due', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advanceTo('2026-11-21T12:44:59.000Z');
    await shop.event(anOrder(ANNA, '2026-11-21T12:45:00.000Z'));
    expect(await shop.advanceTo('2026-11-21T12:45:00.000Z')).toMatchObject({ messages: 0 });
    expect(await endOfRun()).toEqual(['exited:purchased']);
  });

  it('is not reminded of when its order was stored before it', async () => {
    await shop.event(anOrder(ANNA, '2026-11-21T12:00:01.000Z'));
    const cart = await shop.event(aCart(ANNA, NOON, { id: 'late-cart' }));
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    const event = await shop.must<{ outcomes: { scenario: string; outcome: string; reason: string }[] }>(
      'GET',
      `/v1/events/${cart.id}`,
    );
    expect(event.outcomes).toContainEqual(
      expect.objectContaining({ scenario: 'abandoned-cart', outcome: 'none', reason: 'exited:purchased' }),
    );
  });

  it('starts its clock anew when it changes before the first letter', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('30 minutes');
    await shop.event(aCart(ANNA, '2026-11-21T12:30:00.000Z', { total: 7000 }));
    expect(await shop.advance('44 minutes')).toMatchObject({ messages: 0 });
    expect(await shop.advance('1 minute')).toMatchObject({ messages: 1 });
    expect(await sent()).toEqual([['reminder', '2026-11-21T13:15:00.000Z']]);
  });

  it('only shows newer content, at the old time, when it changes after the first letter', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    await shop.advance('1 day');
    const items = [{ productId: 'p2', title: 'Сапоги', price: 100, quantity: 1, url: 'https://shop.example/p2' }];
    await shop.event(aCart(ANNA, '2026-11-22T12:45:00.000Z', { items, total: 100 }));
    await shop.advance('3 days');
    const followUp = (await letters()).find((m) => m.step === 'follow-up')!;
    expect(followUp.sentAt).toBe('2026-11-23T12:45:00.000Z');
    expect((await shop.message(followUp.id)).html).toContain('Сапоги');
    expect((await sent()).map(([step]) => step)).toEqual(['reminder', 'follow-up']);
  });

  it('is forgotten when it is emptied', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('10 minutes');
    await shop.event(aCart(ANNA, '2026-11-21T12:10:00.000Z', { items: [], total: 0 }));
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    expect(await endOfRun()).toEqual(['exited:cart_emptied']);
  });

  it('is reminded of once, however often its event is delivered', async () => {
    const cart = aCart(ANNA, NOON, { id: 'cart-81-v1' });
    expect(await shop.event(cart)).toEqual({ id: 'cart-81-v1', duplicate: false });
    const again = await Promise.all(Array.from({ length: 10 }, () => shop.event(cart)));
    expect(again.map((a) => a.duplicate)).toEqual(Array.from({ length: 10 }, () => true));
    expect(await shop.advance('3 days')).toMatchObject({ messages: 2 });
    const other = await shop.call('POST', '/v1/events', aCart(ANNA, NOON, { id: 'cart-81-v1', total: 1 }));
    expect(other.status).toBe(409);
  });

  it('is not written about to somebody who did not agree, and says so', async () => {
    await shop.event({ ...aCart(ANNA, NOON), contact: { email: ANNA } });
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    expect((await letters()).map((m) => [m.state, m.reason])).toEqual([
      ['skipped', 'no_consent'],
      ['skipped', 'no_consent'],
    ]);
  });

  it('ends when the person unsubscribes', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    await shop.engage((await letters())[0]!.id, 'unsubscribe');
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    expect(await endOfRun()).toEqual(['unsubscribed']);
  });

  it('is not written about to a suppressed address', async () => {
    await shop.must('PUT', `/v1/suppressions/${ANNA}`, { reason: 'manual' });
    const { id } = await shop.event(aCart(ANNA, NOON));
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    const event = await shop.must<{ outcomes: object[] }>('GET', `/v1/events/${id}`);
    expect(event.outcomes).toContainEqual(
      expect.objectContaining({ scenario: 'abandoned-cart', reason: 'suppressed' }),
    );
  });

  it('waits while its scenario is paused and goes on when it is resumed', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('10 minutes');
    await shop.must('POST', '/v1/scenarios/abandoned-cart/pause', {});
    expect(await shop.advance('1 hour')).toMatchObject({ messages: 0 });
    const { id } = await shop.event(aCart('boris@example.com', '2026-11-21T13:10:00.000Z', { cartId: '82' }));
    await shop.advance('PT0S');
    const event = await shop.must<{ outcomes: object[] }>('GET', `/v1/events/${id}`);
    expect(event.outcomes).toContainEqual(expect.objectContaining({ scenario: 'abandoned-cart', reason: 'paused' }));
    await shop.must('POST', '/v1/scenarios/abandoned-cart/resume', {});
    expect(await shop.advance('PT0S')).toMatchObject({ messages: 1 });
    expect(await sent()).toEqual([['reminder', '2026-11-21T13:10:00.000Z']]);
  });
});
