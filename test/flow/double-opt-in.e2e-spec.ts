import { type FlowApp, startApp } from '../support/app.js';
import { aCart, pathIn, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';
const BROWSER = { 'user-agent': 'Firefox/145.0' };

interface Contact {
  readonly consent: { readonly marketing: boolean | null; readonly confirmedAt: string | null };
}

describe('double opt-in', () => {
  let app: FlowApp;
  let shop: Shop;
  let reader: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    reader = new Shop(app.url, '');
    await shop.must('PATCH', '/v1/store', { doubleOptIn: true });
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  const contact = () => shop.must<Contact>('GET', `/v1/contacts/${ANNA}`);
  const asked = () => shop.messages({ scenario: 'confirm-subscription' });
  const reminders = async () =>
    (await shop.messages({ scenario: 'abandoned-cart' })).map(({ step, state, reason }) => [step, state, reason]);
  const pageOf = async () => {
    const { html } = await shop.message((await asked())[0]!.id);
    return pathIn(html, 'c');
  };
  const consent = () => shop.must('PATCH', `/v1/contacts/${ANNA}`, { consent: { marketing: true, source: 'form' } });

  it('publishes the confirmation letter in both worlds as soon as a store wants it', async () => {
    for (const key of [app.testKey, app.liveKey]) {
      const published = await new Shop(app.url, key).must<{ live: unknown; sandbox: unknown }>(
        'GET',
        '/v1/scenarios/confirm-subscription',
      );
      expect(published).toMatchObject({
        live: { version: 1, state: 'published' },
        sandbox: { version: 1, state: 'published' },
      });
    }
  });

  it('asks whoever consented in a storefront event, and sends no marketing before the answer', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('PT0S');
    const [letter] = await asked();
    expect(letter).toMatchObject({ state: 'accepted', locale: 'ru', to: ANNA });
    expect(letter!.subject).toMatch(/^Подтвердите подписку/);
    await shop.advance('3 days');
    expect(await reminders()).toEqual([
      ['reminder', 'skipped', 'not_confirmed'],
      ['follow-up', 'skipped', 'not_confirmed'],
    ]);
  });

  it('confirms by the button only, with evidence, and lets marketing go from then on', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('10 minutes');
    const page = await pageOf();
    const shown = await reader.call<string>('GET', page, undefined, BROWSER);
    expect([shown.status, shown.body.includes('Подтвердить подписку')]).toEqual([200, true]);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    await reader.call('HEAD', page);
    expect((await contact()).consent.confirmedAt).toBeNull();
    for (let i = 0; i < 2; i++) {
      const done = await reader.call<string>('POST', page, '', BROWSER);
      expect([done.status, done.body.includes('вы подписаны')]).toEqual([200, true]);
    }
    expect((await contact()).consent).toMatchObject({ marketing: true, confirmedAt: '2026-11-21T12:10:00.000Z' });
    const evidence = await app.engine.query(
      `SELECT granted, occurred_at, evidence ->> 'userAgent' AS browser, evidence ->> 'ip' AS ip,
         (evidence ->> 'message')::uuid AS message FROM consents WHERE source = 'double_opt_in'`,
    );
    const message = (await asked())[0]!.id;
    const at = new Date('2026-11-21T12:10:00Z');
    expect(evidence).toEqual([{ granted: true, occurred_at: at, browser: 'Firefox/145.0', ip: '127.0.0.1', message }]);
    await shop.advance('35 minutes');
    expect(await reminders()).toEqual([['reminder', 'accepted', null]]);
  });

  it('tells scenarios that somebody confirmed', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('1 minute');
    await reader.call('POST', await pageOf());
    const { items } = await shop.must<{ items: { type: string }[] }>(
      'GET',
      `/v1/events?contact=${ANNA}&type=subscriber.confirmed`,
    );
    expect(items).toHaveLength(1);
  });

  it('asks once however many events come, and again after a week to whoever comes back', async () => {
    for (const cart of ['1', '2', '3']) await shop.event(aCart(ANNA, NOON, { cartId: cart }));
    await shop.advance('1 day');
    await shop.event(aCart(ANNA, '2026-11-22T12:00:00.000Z', { cartId: '4' }));
    await shop.advance('7 days');
    expect(await asked()).toHaveLength(1);
    await shop.event(aCart(ANNA, '2026-11-29T12:00:00.000Z', { cartId: '5' }));
    await shop.advance('1 minute');
    expect((await asked()).map(({ state }) => state)).toEqual(['accepted', 'accepted']);
  });

  it('asks whoever consented through the API, in their language', async () => {
    await shop.must('PUT', `/v1/contacts/${ANNA}`, { locale: 'en', consent: { marketing: true, source: 'till' } });
    await shop.advance('PT0S');
    expect(await asked()).toMatchObject([{ state: 'accepted', locale: 'en' }]);
    expect((await shop.message((await asked())[0]!.id)).text).toContain('Confirm subscription');
  });

  it('asks nobody who never consented, took it back or has confirmed', async () => {
    await shop.event({ ...aCart(ANNA, NOON), contact: { email: ANNA } });
    await shop.advance('1 minute');
    await consent();
    await shop.advance('1 minute');
    expect(await asked()).toHaveLength(1);
    await reader.call('POST', await pageOf());
    await shop.advance('30 days');
    await shop.event(aCart(ANNA, '2026-12-21T12:02:00.000Z'));
    await shop.event({ type: 'subscription.requested', contact: { email: ANNA } });
    await shop.advance('1 minute');
    expect(await asked()).toHaveLength(1);
  });

  it('asks again when a consent that was taken back is given again: anybody could have given it', async () => {
    await consentByPut(ANNA);
    await reader.call('POST', await pageOf());
    await shop.advance('10 days');
    const contactOfEvent = { email: ANNA, consent: { marketing: false, source: 'account page' } };
    await shop.event({ type: 'user.registered', contact: contactOfEvent });
    expect((await contact()).consent).toMatchObject({ marketing: false, confirmedAt: null });
    await shop.advance('1 minute');
    await consent();
    await shop.advance('1 minute');
    expect(await asked()).toHaveLength(2);
    expect((await contact()).consent).toMatchObject({ marketing: true, confirmedAt: null });
  });

  it('confirms the mailbox that got the letter and no other: a friendly 404 after a change of address or an erasure', async () => {
    await consentByPut('anna@example.com');
    const page = await pageOf();
    await shop.must('PATCH', `/v1/contacts/${ANNA}`, { email: 'anna@elsewhere.example' });
    for (const method of ['GET', 'POST']) {
      const answer = await reader.call<string>(method, page);
      expect([answer.status, answer.body.includes('This link does not work')]).toEqual([404, true]);
    }
    await shop.must('PATCH', '/v1/contacts/anna@elsewhere.example', { email: ANNA });
    expect((await reader.call('GET', page)).status).toBe(200);
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    for (const method of ['GET', 'POST']) expect((await reader.call(method, page)).status).toBe(404);
    expect((await reader.call('GET', `/c/${page.slice(3, -2)}AA`)).status).toBe(404);
  });

  it('takes a wish that comes through a letter to another mailbox for a consent, and asks the mailbox of now to confirm it', async () => {
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('1 minute');
    await reader.call('POST', await pageOf());
    await shop.advance('44 minutes');
    const [reminder] = await shop.messages({ scenario: 'abandoned-cart' });
    const preferences = pathIn((await shop.message(reminder!.id)).html, 'p');
    await shop.must('PATCH', `/v1/contacts/${ANNA}`, { email: 'anna@elsewhere.example' });
    await shop.advance('8 days');
    await shop.must('PATCH', '/v1/contacts/anna@elsewhere.example', { consent: { marketing: false, source: 'phone' } });
    const form = { ...BROWSER, 'content-type': 'application/x-www-form-urlencoded' };
    for (let sent = 0; sent < 2; sent++) {
      const { body } = await reader.call<string>('POST', preferences, 'action=subscribe', form);
      expect([body.includes('Мы запомнили'), body.includes('Вы подписаны')]).toEqual([true, false]);
    }
    const changed = await shop.must<Contact>('GET', '/v1/contacts/anna@elsewhere.example');
    expect(changed.consent).toMatchObject({ marketing: true, confirmedAt: null });
    expect(await app.engine.query(`SELECT 1 FROM consents WHERE source = 'preference_page'`)).toHaveLength(1);
    await shop.advance('1 minute');
    expect((await asked()).map(({ to }) => to)).toEqual([ANNA, 'anna@elsewhere.example']);
  });

  const consentByPut = async (email: string) => {
    await shop.must('PUT', `/v1/contacts/${email}`, { consent: { marketing: true, source: 'till' } });
    await shop.advance('PT0S');
  };
});
