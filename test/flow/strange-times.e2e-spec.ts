import { generateKeyPairSync, sign } from 'node:crypto';
import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';
/** What PostgreSQL, JavaScript or people take for an instant, and this API does not. */
const NO_INSTANTS = [
  'infinity',
  '-infinity',
  'epoch',
  'now',
  'today',
  '',
  '300000-01-01T00:00:00Z',
  '+300000-01-01T00:00:00Z',
  '+010000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00+14:00',
  '2027-02-29T12:00:00Z',
  '2026-02-30T12:00:00Z',
  '2026-13-01T12:00:00Z',
  '2026-11-21T24:00:00Z',
  '2026-11-21T12:00:60Z',
  '2026-11-21T12:00:00',
  '2026-11-21T12:00:00+25:00',
  '2026-11-21 12:00:00+00',
  '21.11.2026',
  1_763_740_800_000,
  null,
];
const NO_ZONES = [
  'Mars/Phobos',
  'Europe/Atlantis',
  'infinity',
  'UTC+25',
  '+03:00:99',
  'Europe/Moscow ',
  'PST',
  'IST',
  '../etc',
  '',
  7,
];

describe('a strange time', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    await shop.reset(NOON);
  });
  afterAll(() => app.close());

  const status = async (method: string, path: string, body?: unknown): Promise<number> =>
    (await shop.call(method, path, body)).status;

  it('is never when an event happened, nor when a sandbox stands', async () => {
    for (const at of NO_INSTANTS) {
      // Nothing at all means now; every other word is refused.
      const event = await status('POST', '/v1/events', { ...aCart(ANNA, NOON), occurredAt: at });
      expect([at, event]).toEqual([at, at === null ? 202 : 422]);
      for (const path of ['/v1/sandbox/reset', '/v1/sandbox/advance']) {
        const body = path.endsWith('reset') ? { now: at } : { to: at };
        const moved = await status('POST', path, body);
        expect([path, at, moved]).toEqual([path, at, at === null && path.endsWith('reset') ? moved : 422]);
      }
    }
    await shop.reset(NOON);
    expect(await shop.must('GET', '/v1/sandbox')).toMatchObject({ now: NOON });
  });

  it('cannot be reached by moving a sandbox’s clock', async () => {
    for (const by of ['P300000Y', '9999999999 days', 'infinity', 'P1000000D', '-1 day', 'soon', '', 5])
      expect([by, await status('POST', '/v1/sandbox/advance', { by })]).toEqual([by, 422]);
    expect(await shop.must('GET', '/v1/sandbox')).toMatchObject({ now: NOON });
  });

  it('is no wait of a scenario and no age of an event', async () => {
    const chain = (wait: unknown, maxAge: unknown) => ({
      key: 'strange',
      name: 'Strange',
      messageClass: 'service',
      trigger: { type: 'event', event: 'user.registered', maxAge },
      steps: [
        { id: 'pause', type: 'wait', for: wait },
        { id: 'letter', type: 'email', template: 'abandoned-cart/reminder' },
      ],
    });
    await shop.must('POST', '/v1/scenarios', chain('1 hour', '1 day'));
    for (const duration of ['P300000Y', 'P99999999999D', 'infinity', '-PT1H', 'P1.5Y', 'soon', '', 7]) {
      await shop.call('PUT', '/v1/scenarios/strange', chain(duration, '1 day'));
      expect([duration, await status('POST', '/v1/scenarios/strange/publish', {})]).toEqual([duration, 422]);
    }
  });

  it('is no span of statistics', async () => {
    for (const day of [
      'infinity',
      '2026-02-30',
      '300000-01-01',
      '+300000-01-01',
      '2027-02-29',
      'today',
      '2026-11',
      '0',
    ])
      for (const name of ['from', 'to'])
        expect([day, name, await status('GET', `/v1/stats/scenarios?${name}=${day}`)]).toEqual([day, name, 422]);
    expect(await status('GET', '/v1/stats/scenarios?from=2028-02-29&to=2028-02-29')).toBe(200);
  });

  it('in a span of statistics stands for its day at the store, as the days of the table do', async () => {
    await shop.must('PATCH', '/v1/store', { timezone: 'Europe/Berlin' });
    await shop.reset('2026-10-31T22:30:00Z');
    await shop.event(aCart(ANNA, '2026-10-31T22:30:00Z'));
    await shop.advance('45 minutes');
    const sent = async (span: string) => {
      const path = `/v1/stats/scenarios/abandoned-cart?by=day&${span}`;
      const { items } = await shop.must<{ items: { day: string; sent: number }[] }>('GET', path);
      return items.map((row) => [row.day, row.sent]);
    };
    const november = encodeURIComponent('2026-11-01T00:00:00+01:00');
    expect(await sent(`from=${november}`)).toEqual([['2026-11-01', 1]]);
    expect(await sent(`to=${november}`)).toEqual([['2026-11-01', 1]]);
    expect(await sent('to=2026-10-31T22:59:59Z')).toEqual([]);
    await shop.must('PATCH', '/v1/store', { timezone: 'UTC' });
    await shop.reset(NOON);
  });

  it('zone is nobody’s: neither a person’s nor the store’s', async () => {
    for (const timezone of NO_ZONES) {
      expect([timezone, await status('PATCH', '/v1/store', { timezone })]).toEqual([timezone, 422]);
      expect([timezone, await status('PUT', `/v1/contacts/${ANNA}`, { timezone })]).toEqual([timezone, 422]);
      const event = { ...aCart(ANNA, NOON), contact: { email: ANNA, timezone } };
      expect([timezone, await status('POST', '/v1/events', event)]).toEqual([timezone, 422]);
    }
  });

  it('of a provider’s report is taken for now, and the report is not lost', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const { path } = await shop.must<{ path: string }>('POST', '/v1/connectors', { kind: 'sendgrid', publicKey: key });
    const seconds = String(Math.floor(Date.now() / 1_000));
    const provider = new Shop(app.url, '');
    const times = [-1e12, -62_167_219_201, 0, 8e12, 9e12, 1e300, -0, 1.5, '2026', 'infinity', null, {}, []];
    for (const timestamp of times) {
      const body = JSON.stringify([{ event: 'delivered', mid: '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee', timestamp }]);
      const answer = await provider.call('POST', path, body, {
        'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(seconds + body), privateKey).toString(
          'base64',
        ),
        'x-twilio-email-event-webhook-timestamp': seconds,
      });
      expect([timestamp, answer.status]).toEqual([timestamp, 200]);
    }
  });

  it('that a country’s clock skips or repeats is a defined one: a day later at the hour that comes next, or at the first of two', async () => {
    const story = (name: string, timezone: string, at: string, due: string) => ({ name, timezone, at, due });
    const chain = {
      key: 'a-day-later',
      name: 'A day later',
      messageClass: 'service',
      trigger: { type: 'event', event: 'user.registered', maxAge: '30 days' },
      steps: [
        { id: 'pause', type: 'wait', for: '1 day' },
        { id: 'letter', type: 'email', template: 'order-thank-you/thanks' },
      ],
    };
    const [template] = (await shop.must<{ items: { key: string }[] }>('GET', '/v1/templates')).items;
    await shop.must('POST', `/v1/templates/${template!.key}/publish`, {});
    chain.steps[1]!.template = template!.key;
    await shop.must('POST', '/v1/scenarios', chain);
    await shop.must('POST', '/v1/scenarios/a-day-later/publish', {});
    for (const { name, timezone, at, due } of [
      story('gap', 'Europe/Berlin', '2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z'),
      story('overlap', 'Europe/Berlin', '2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z'),
      story('half-an-hour', 'Australia/Lord_Howe', '2026-10-02T15:45:00.000Z', '2026-10-03T15:45:00.000Z'),
      story('leap-day', 'UTC', '2028-02-28T12:00:00.000Z', '2028-02-29T12:00:00.000Z'),
      story('skipped-day', 'Pacific/Apia', '2011-12-29T20:00:00.000Z', '2011-12-30T20:00:00.000Z'),
    ]) {
      await shop.reset(at);
      const email = `${name}@example.com`;
      await shop.event({ type: 'user.registered', occurredAt: at, contact: { email, timezone }, data: {} });
      await shop.advance('3 days');
      expect((await shop.messages({ contact: email })).map((message) => [name, message.dueAt])).toEqual([[name, due]]);
    }
  });

  it('of a sandbox is that of everything that happens in it: changes of people, blocked addresses, previews', async () => {
    const at = (day: number): string => `2031-05-0${day}T12:00:00.000Z`;
    const eve = 'eve@example.com';
    const person = () => shop.must('GET', `/v1/contacts/${eve}`);
    const csv = (path: string, text: string) => shop.call('POST', path, text, { 'content-type': 'text/csv' });
    await shop.reset(at(1));
    await shop.event({ type: 'user.registered', contact: { email: eve, consent: { marketing: true, source: 'x' } } });
    await shop.must('PUT', '/v1/contacts/put@example.com', {});
    await csv('/v1/contacts/import', 'email\r\ncsv@example.com\r\n');
    for (const email of [eve, 'put@example.com', 'csv@example.com'])
      expect(await shop.must('GET', `/v1/contacts/${email}`)).toMatchObject({ createdAt: at(1), updatedAt: at(1) });

    const changes: (() => Promise<unknown>)[] = [
      () => shop.event({ type: 'shop.visited', contact: { email: eve, firstName: 'Eve' } }),
      () => shop.must('PATCH', `/v1/contacts/${eve}`, { lastName: 'Evans' }),
      () => shop.must('PATCH', `/v1/contacts/${eve}`, { consent: { marketing: true, source: 'phone' } }),
      () => csv('/v1/contacts/import', `email,firstName\r\n${eve},Eva\r\n`),
      () => shop.event({ type: 'shop.visited', contact: { email: eve, externalId: 'u-1', anonymousId: 'b-1' } }),
    ];
    for (const [index, change] of changes.entries()) {
      await shop.advance('1 day');
      await change();
      expect([index, await person()]).toMatchObject([index, { createdAt: at(1), updatedAt: at(index + 2) }]);
    }

    await shop.advance('1 day');
    expect(await shop.must('PUT', '/v1/suppressions/a@example.com')).toMatchObject({ createdAt: at(7) });
    await csv('/v1/suppressions/import', 'email\r\nb@example.com\r\n');
    expect(await shop.must('GET', '/v1/suppressions/b@example.com')).toMatchObject({ createdAt: at(7) });
    const source = '<mjml><mj-head><mj-title>{{now}}</mj-title></mj-head><mj-body></mj-body></mjml>';
    expect(await shop.must('POST', '/v1/templates/a/b/preview', { source })).toMatchObject({ subject: at(7) });
  });
});
