import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, type MessageView, Shop } from '../support/shop.js';

/** 20:30 in Moscow. */
const EVENING = '2026-11-21T17:30:00.000Z';
const OFF = { quietHours: null, caps: null, minimumGap: null, arbitration: 'defer' };

interface Explanation {
  readonly run: { readonly next: { readonly at: string; readonly reason: string | null } | null };
}

describe('restraint', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.must('POST', '/v1/scenarios/abandoned-cart/archive', {});
    await publish('first', '45 minutes');
    await publish('second', '2 hours');
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await shop.must('PATCH', '/v1/store', OFF);
    await shop.reset(EVENING);
  });

  /** A scenario with one letter about the cart, so long after it. */
  async function publish(key: string, wait: string, email: object = {}): Promise<void> {
    await shop.must('POST', '/v1/scenarios', {
      key,
      name: key,
      messageClass: 'marketing',
      trigger: { type: 'event', event: 'cart.updated', subject: 'event.cartId' },
      steps: [
        { id: 'pause', type: 'wait', for: wait },
        { id: 'letter', type: 'email', template: 'abandoned-cart/reminder', reason: 'the cart waits', ...email },
      ],
      goals: [{ key: 'order', event: 'order.placed', within: 'P5D' }],
    });
    await shop.must('POST', `/v1/scenarios/${key}/publish`, {});
  }

  const letters = async (scenario: string): Promise<MessageView> => (await shop.messages({ scenario }))[0]!;
  const next = async (scenario: string) =>
    (await shop.must<Explanation>('GET', `/v1/contacts/anna@example.com/explain?scenario=${scenario}`)).run.next;

  it('is off until the store asks for it', async () => {
    expect(await shop.must('GET', '/v1/store')).toMatchObject(OFF);
    await shop.event(aCart('anna@example.com', EVENING));
    await shop.advance('12 hours');
    expect(await letters('first')).toMatchObject({ state: 'accepted', sentAt: '2026-11-21T18:15:00.000Z' });
    expect(await letters('second')).toMatchObject({ state: 'accepted', sentAt: '2026-11-21T19:30:00.000Z' });
  });

  it('keeps quiet over midnight in the zone of the person, and says why', async () => {
    await shop.must('PATCH', '/v1/store', { quietHours: { from: '21:00', to: '09:00' } });
    await shop.event(aCart('anna@example.com', EVENING));
    expect(await shop.advance('6 hours')).toMatchObject({ messages: 0 });
    expect(await letters('first')).toMatchObject({ state: 'planned', reason: 'quiet_hours' });
    expect(await next('first')).toMatchObject({ at: '2026-11-22T06:00:00.000Z', reason: 'quiet_hours' });
    expect(await shop.advance('1 day')).toMatchObject({ messages: 2 });
    expect(await letters('first')).toMatchObject({ sentAt: '2026-11-22T06:00:00.000Z', reason: null });
  });

  it('sends no more than the cap over two scenarios', async () => {
    await shop.must('PATCH', '/v1/store', { caps: [{ max: 1, per: 'P7D' }] });
    await shop.event(aCart('anna@example.com', EVENING));
    await shop.event(aCart('boris@example.com', EVENING, { cartId: '82' }));
    expect(await shop.advance('1 day')).toMatchObject({ messages: 2 });
    expect(await letters('first')).toMatchObject({ state: 'accepted' });
    expect(await letters('second')).toMatchObject({ state: 'skipped', reason: 'frequency_cap' });
  });

  it('keeps the gap between letters, and skips the one that cannot wait so long', async () => {
    await shop.must('PATCH', '/v1/store', { minimumGap: '20 hours' });
    await shop.event(aCart('anna@example.com', EVENING));
    await shop.advance('3 hours');
    expect(await next('second')).toMatchObject({ at: '2026-11-22T14:15:00.000Z', reason: 'minimum_gap' });
    await shop.advance('1 day');
    expect(await letters('second')).toMatchObject({ state: 'accepted', sentAt: '2026-11-22T14:15:00.000Z' });

    await shop.must('PATCH', '/v1/store', { minimumGap: '3 days' });
    await shop.event(aCart('anna@example.com', '2026-11-22T20:30:00.000Z', { cartId: '83' }));
    await shop.advance('2 days');
    expect(await shop.messages({ state: 'skipped' })).toMatchObject([
      { reason: 'frequency_cap' },
      { reason: 'frequency_cap' },
    ]);
  });

  it('lets one of two carts’ letters win, and the other wait for its place', async () => {
    await shop.must('PATCH', '/v1/store', { minimumGap: '2 hours' });
    await shop.event(aCart('anna@example.com', EVENING));
    await shop.event(aCart('anna@example.com', EVENING, { cartId: '84' }));
    await shop.advance('45 minutes');
    const both = await shop.messages({ scenario: 'first' });
    expect(both).toMatchObject([{ state: 'accepted' }, { state: 'planned', reason: 'lost_to:first' }]);
    expect(both[1]!.dueAt).toBe('2026-11-21T20:15:00.000Z');
  });

  it.each([[['2 hours']], [['PT0S', '1 hour', '1 hour']]])(
    'lets the letter win that brought more until then, when the clock moves by %j',
    async (steps) => {
      await shop.must('PATCH', '/v1/store', { minimumGap: '2 hours', quietHours: { from: '20:00', to: '22:30' } });
      await shop.reset('2026-11-21T10:00:00.000Z');
      await shop.event(aCart('boris@example.com', '2026-11-21T10:00:00.000Z'));
      await shop.advanceTo(EVENING);
      // Boris got both letters and buys after the second one; then Anna's two wait for the end of the quiet hours.
      await shop.engage((await letters('second')).id, 'click');
      await shop.event(anOrder('boris@example.com', EVENING));
      await shop.event(aCart('anna@example.com', '2026-11-21T17:15:00.000Z'));
      for (const by of steps) await shop.advance(by);
      const [first, second] = await shop.messages({ contact: 'anna@example.com' });
      expect([first, second]).toMatchObject([
        { scenario: 'second', state: 'accepted' },
        { scenario: 'first', state: 'planned', reason: 'lost_to:second' },
      ]);
    },
  );

  it('sends in the window of its step', async () => {
    await publish('weekday', 'PT0S', {
      window: { days: ['mon', 'tue'], from: '10:00', to: '20:00' },
      late: { after: 'P3D' },
    });
    await shop.event(aCart('anna@example.com', EVENING));
    await shop.advance('1 day');
    expect(await letters('weekday')).toMatchObject({ state: 'planned', reason: 'send_window' });
    await shop.advance('1 day');
    expect(await letters('weekday')).toMatchObject({ state: 'accepted', sentAt: '2026-11-23T07:00:00.000Z' });
  });
});
