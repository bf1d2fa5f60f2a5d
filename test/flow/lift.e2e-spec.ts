import { type FlowApp, startApp } from '../support/app.js';
import { Chains } from '../support/chain.js';
import { aCart, anOrder, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
/** When those who left a cart at noon reach their first letter, and when five days of its goal are over. */
const LETTER_AT = '2026-11-21T12:45:00.000Z';
const GOAL_ENDS = '2026-11-26T12:45:00.000Z';
const KEY = 'cart-with-hold-out';
const LETTER = `<mjml><mj-head><mj-title>Hello</mj-title><mj-preview>Hello</mj-preview></mj-head>
<mj-body><mj-section><mj-column><mj-text>Hello <a href="{{links.unsubscribe}}">u</a></mj-text></mj-column></mj-section></mj-body></mjml>`;

interface Run {
  readonly contact: { readonly email: string };
  readonly holdout: boolean;
}

interface Lift {
  readonly letters: { readonly people: number; readonly buyers: number };
  readonly heldOut: { readonly people: number; readonly buyers: number };
}

describe('what the letters of a scenario with a hold-out add', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.reset(NOON);
    await shop.must('POST', '/v1/templates', { key: `${KEY}/letter`, name: KEY, locales: { en: LETTER } });
    await shop.must('POST', `/v1/templates/${KEY}/letter/publish`, {});
    await shop.must('POST', '/v1/scenarios', scenario(0));
    await shop.must('POST', `/v1/scenarios/${KEY}/publish`, {});
  });
  afterAll(() => app.close());

  const scenario = (holdout: number) => ({
    key: KEY,
    name: KEY,
    messageClass: 'marketing',
    holdout,
    trigger: { type: 'event', event: 'cart.updated', subject: 'event.cartId' },
    goals: ['order.placed', 'order.paid'].map((event) => ({ key: event.slice(6), event, within: 'P5D' })),
    steps: [
      { id: 'pause', type: 'wait', for: '45 minutes' },
      { id: 'letter', type: 'email', template: `${KEY}/letter`, reason: 'you left a cart' },
    ],
  });
  const carts = async (emails: readonly string[], at: string, cartId: string) => {
    for (const email of emails) await shop.event(aCart(email, at, { cartId: `${cartId} of ${email}` }));
  };
  const lift = (query = '') => shop.must('GET', `/v1/stats/scenarios/${KEY}/lift${query}`);
  const nobody = { people: 0, buyers: 0, orders: 0, rate: null };

  it('is told of people drawn by one percent, each once, by what they ordered in the goal’s time after their first letter', async () => {
    const regulars = ['regular-1@example.com', 'regular-2@example.com'];
    await carts(regulars, '2026-11-21T11:00:00.000Z', 'first');
    await shop.advance('0 minutes');
    await shop.must('PUT', `/v1/scenarios/${KEY}`, scenario(50));
    await shop.must('POST', `/v1/scenarios/${KEY}/publish`, {});
    const people = Array.from({ length: 60 }, (_, i) => `person-${i}@example.com`);
    await carts([...people, ...regulars], NOON, 'second');
    await shop.advance('45 minutes');
    // Whoever comes again is not counted again.
    await carts(people.slice(0, 5), LETTER_AT, 'third');
    await shop.advance('1 hour');

    const { items: runs } = await shop.must<{ items: Run[] }>('GET', `/v1/scenarios/${KEY}/enrollments?limit=200`);
    const side = (holdout: boolean) =>
      people.filter((email) => runs.some((run) => run.contact.email === email && run.holdout === holdout));
    const [withLetters, heldOut] = [side(false), side(true)];
    expect(withLetters.length + heldOut.length).toBe(60);
    expect(await lift()).toMatchObject({
      letters: { people: withLetters.length, buyers: 0 },
      heldOut: { people: heldOut.length, buyers: 0 },
      stillOpen: 60,
    });

    const order = (email: string, at: string, orderId: string) =>
      shop.event(anOrder(email, at, { orderId: `${orderId} of ${email}` }));
    for (const email of [...withLetters.slice(0, 6), ...heldOut.slice(0, 2)]) await order(email, LETTER_AT, 'one');
    await order(withLetters[0]!, '2026-11-21T13:00:00.000Z', 'two');
    await order(withLetters[6]!, '2026-11-21T12:44:59.999Z', 'before the letter');
    for (const email of regulars) await order(email, LETTER_AT, 'one');
    // Told twice, it is one order still.
    await shop.event({
      type: 'order.paid',
      contact: { email: withLetters[0]! },
      data: { orderId: `one of ${withLetters[0]!}`, currency: 'RUB', total: 5980 },
    });
    // The order of somebody who is recognised only later.
    await shop.event({
      type: 'order.placed',
      contact: { externalId: 'u-17' },
      data: { orderId: 'by account', currency: 'RUB', total: 5980 },
    });
    await shop.event({ type: 'user.registered', contact: { email: withLetters[7]!, externalId: 'u-17' }, data: {} });
    await shop.advanceTo(GOAL_ENDS);
    await order(heldOut[2]!, GOAL_ENDS, 'at the very end');
    await shop.advance('1 second');
    await order(heldOut[3]!, '2026-11-26T12:45:00.001Z', 'too late');
    await shop.advance('1 hour');

    const [all, none] = [withLetters.length, heldOut.length];
    const four = (number: number) => Math.round(number * 1e4) / 1e4;
    const told = {
      scenario: KEY,
      letters: { people: all, buyers: 7, orders: 8, rate: four(7 / all) },
      heldOut: { people: none, buyers: 3, orders: 3, rate: four(3 / none) },
      // Who is drawn differs from run to run, and with it how sure the difference is.
      lift: { rate: four(7 / all - 3 / none), buyers: Math.round((7 / all - 3 / none) * all) },
      stillOpen: 0,
    };
    expect(await lift()).toMatchObject(told);
    expect(await lift('?from=2026-11-21&to=2026-11-21')).toMatchObject(told);
    expect(await lift('?from=2026-11-22')).toEqual({
      scenario: KEY,
      letters: nobody,
      heldOut: nobody,
      lift: null,
      detectable: null,
      stillOpen: 0,
    });
  });

  it('begins when a letter was reached, also where it is sent once more because it could not be made', async () => {
    const key = 'gift-with-hold-out';
    const publish = async (text: string) => {
      const locales = { en: LETTER.replace('Hello <a', `${text} <a`) };
      await shop.must('PUT', `/v1/templates/${key}/letter`, { name: key, locales });
      await shop.must('POST', `/v1/templates/${key}/letter/publish`, {});
    };
    await shop.reset(NOON);
    await shop.must('POST', '/v1/templates', { key: `${key}/letter`, name: key, locales: { en: LETTER } });
    await publish('{{event.gift}}');
    const steps = [{ id: 'letter', type: 'email', template: `${key}/letter`, reason: 'you asked for it' }];
    const trigger = { type: 'event', event: 'gift.wished' };
    await shop.must('POST', '/v1/scenarios', { ...scenario(50), key, name: key, trigger, steps });
    await shop.must('POST', `/v1/scenarios/${key}/publish`, {});
    const contact = (i: number) => ({
      email: `wisher-${i}@example.com`,
      consent: { marketing: true, source: 'checkout' },
    });
    for (let i = 0; i < 20; i++) await shop.event({ type: 'gift.wished', contact: contact(i), data: {} });
    await shop.advance('1 hour');
    for (let i = 0; i < 20; i++)
      await shop.event({ type: 'order.placed', contact: contact(i), data: { orderId: `gift ${i}` } });
    await shop.advance('10 days');
    const liftOf = (query: string) => shop.must<Lift>('GET', `/v1/stats/scenarios/${key}/lift${query}`);
    const before = await liftOf('?to=2026-11-21');
    expect(before.letters.buyers + before.heldOut.buyers).toBe(20);

    await publish('A present');
    const failed = await shop.messages({ scenario: key, state: 'failed' });
    expect(failed).toHaveLength(before.letters.people);
    for (const { id } of failed) await shop.must('POST', `/v1/messages/${id}/resend`, {});
    await shop.advance('1 hour');
    expect(await shop.messages({ scenario: key, state: 'accepted' })).toHaveLength(before.letters.people);
    expect(await liftOf('?to=2026-11-21')).toEqual(before);
    expect(await liftOf('')).toEqual(before);
  });

  it('is nothing where nobody is held out, and 404 or 422 where the question is wrong', async () => {
    expect(await shop.must('GET', '/v1/stats/scenarios/abandoned-cart/lift')).toMatchObject({
      letters: nobody,
      lift: null,
    });
    expect(await shop.call('GET', '/v1/stats/scenarios/no-such/lift')).toMatchObject({ status: 404 });
    expect(await shop.call('GET', '/v1/stats/scenarios/abandoned-cart/lift?from=soon')).toMatchObject({
      status: 422,
      body: { code: 'invalid_dates', errors: [{ pointer: '/from' }] },
    });
    const live = new Shop(app.url, app.liveKey);
    expect(await live.must('GET', `/v1/stats/scenarios/${KEY}/lift`)).toMatchObject({ letters: nobody, lift: null });
  });

  it('is told of the variants of each split by whom it drew, from the first draw on, wherever their runs went then', async () => {
    const chains = new Chains(shop);
    await chains.open();
    const split = (id: string, keys: readonly string[]) => ({
      id,
      type: 'split',
      variants: keys.map((key) => ({ key })),
    });
    const key = await chains.publish(
      NOON,
      [
        { id: 'daily', type: 'repeat', every: '1 day', times: 2, steps: [split('first', ['a', 'b'])] },
        split('second', ['c', 'd']),
      ],
      { exits: [{ event: 'order.placed', when: 'event.total > 100', reason: 'purchased' }] },
    );
    const people = Array.from({ length: 20 }, (_, i) => `drawn-${i}@example.com`);
    for (const email of people) await chains.begin(email);
    await shop.advance('1 hour');
    // Five leave with their order, five buy a trifle and go on.
    const ordered = people.slice(0, 10);
    for (const [i, email] of ordered.entries())
      await shop.event(anOrder(email, '2026-11-21T13:00:00.000Z', { total: i < 5 ? 5980 : 5 }));
    await shop.advance('10 days');
    interface Variants {
      readonly split: string;
      readonly variants: readonly { readonly variant: string; readonly people: number; readonly buyers: number }[];
    }
    const told = async (query = '') => {
      const { split: of, variants } = await shop.must<Variants>('GET', `/v1/stats/scenarios/${key}/variants${query}`);
      const sum = (field: 'people' | 'buyers') => variants.reduce((total, one) => total + one[field], 0);
      return [of, variants.map(({ variant }) => variant), sum('people'), sum('buyers')];
    };
    expect(await told()).toEqual(['first', ['a', 'b'], 20, 10]);
    expect(await told('?split=second')).toEqual(['second', ['c', 'd'], 15, 0]);
  });
});
