import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, type LetterAddress, pathIn, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
/** Stands in every field that may hold something of a person. */
const CANARY = 'canary7f3a';
const ANNA = `${CANARY}@example.com`;
const BROWSER = { 'user-agent': `Firefox/145.0 ${CANARY}`, 'content-type': 'application/x-www-form-urlencoded' };

interface Export {
  readonly profile: { readonly email: string; readonly preferences: object; readonly anonymousIds: readonly string[] };
  readonly consents: readonly { readonly purpose: string; readonly granted: boolean; readonly source: string }[];
  readonly suppressions: readonly object[];
  readonly events: readonly { readonly type: string; readonly data: object }[];
  readonly enrollments: readonly { readonly scenario: string; readonly steps: readonly object[] }[];
  readonly messages: readonly { readonly step: string; readonly text: string | null }[];
  readonly engagements: readonly { readonly action: string; readonly userAgent: string }[];
  readonly conversions: readonly object[];
}

describe('a person', () => {
  let app: FlowApp;
  let shop: Shop;
  let reader: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    reader = new Shop(app.url, '');
    await shop.must('POST', '/v1/scenarios', {
      key: 'by-address',
      name: 'One run an address',
      messageClass: 'care',
      trigger: { type: 'event', event: 'wishlist.added', subject: 'contact.email' },
      steps: [{ id: 'pause', type: 'wait', for: '2 days' }],
    });
    await shop.must('POST', '/v1/scenarios/by-address/publish');
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  /** Everything that can happen to somebody, with the canary wherever people or shops may write; gives the paths of a letter. */
  const aLife = async () => {
    const cart = aCart(ANNA, NOON) as { contact: object; data: object };
    await shop.event({
      ...cart,
      id: `cart-${ANNA}`,
      contact: {
        ...cart.contact,
        externalId: `u-${CANARY}`,
        anonymousId: `browser-${CANARY}`,
        firstName: CANARY,
        lastName: CANARY,
        phone: CANARY,
        tags: [CANARY],
        attributes: { size: CANARY },
      },
      data: { ...cart.data, coupon: CANARY, url: `https://shop.example/cart/${CANARY}` },
    });
    await shop.advance('45 minutes');
    const [letter] = await shop.messages({ scenario: 'abandoned-cart' });
    const { html } = await shop.message(letter!.id);
    const path = (kind: LetterAddress) => pathIn(html, kind);
    await reader.call('GET', path('t/o'), undefined, BROWSER);
    await reader.call('GET', path('t/c'), undefined, BROWSER);
    await reader.call('POST', path('p'), 'action=save&shown=group:carts&shown-language=ru&language=en', BROWSER);
    await reader.call('POST', path('p'), 'action=pause', BROWSER);
    await shop.event(anOrder(ANNA, '2026-11-21T12:46:00.000Z', { orderId: `7-${ANNA}` }));
    await shop.event({ type: 'wishlist.added', contact: { email: ANNA } });
    await shop.advance('1 hour');
    const key = [(await app.engine.query<{ id: string }>('SELECT id FROM messages LIMIT 1'))[0]!.id];
    await app.engine.query(`UPDATE send_attempts SET detail = '550 no <${ANNA}>' WHERE message_id = $1`, key);
    await shop.must('POST', '/v1/templates/abandoned-cart/reminder/test', { to: [ANNA.replace('c', 'C')] });
    await shop.must('PUT', `/v1/suppressions/${ANNA}`);
    return path;
  };
  const holding = async (): Promise<string[]> => {
    const tables = await app.engine.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name } of tables)
      if ((await app.engine.query(`SELECT 1 FROM ${name} AS t WHERE t::text ILIKE '%${CANARY}%' LIMIT 1`)).length > 0)
        found.push(name);
    return found;
  };

  it('can have everything that is kept about them in one document', async () => {
    await aLife();
    const { status, headers, body } = await shop.call<Export>('GET', `/v1/contacts/${ANNA}/export`);
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toContain('attachment');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.profile).toMatchObject({
      email: ANNA,
      locale: 'en',
      preferences: { declined: ['group:carts'] },
      anonymousIds: [`browser-${CANARY}`],
    });
    expect(body.consents.map(({ purpose, granted, source }) => [purpose, granted, source])).toEqual([
      ['marketing', true, 'checkout checkbox'],
      ['group:carts', false, 'preference_page'],
      ['pause', false, 'preference_page'],
    ]);
    expect(body.suppressions).toMatchObject([{ email: ANNA, reason: 'manual' }]);
    expect(body.events.map(({ type }) => type)).toEqual(['cart.updated', 'order.placed', 'wishlist.added']);
    expect(JSON.stringify(body.events)).toContain(CANARY);
    expect(body.enrollments.map(({ scenario }) => scenario)).toContain('abandoned-cart');
    expect(body.enrollments[0]!.steps.length).toBeGreaterThan(2);
    expect(body.messages.find(({ step }) => step === 'reminder')!.text).toContain(CANARY);
    expect(body.engagements.map(({ action, userAgent }) => [action, userAgent])).toEqual([
      ['open', BROWSER['user-agent']],
      ['click', BROWSER['user-agent']],
    ]);
    expect(body.conversions).toHaveLength(1);
  });

  it('has one history: what they did, what it led to, the letters, what was done with them and what they brought', async () => {
    await aLife();
    const { items } = await shop.must<{ items: object[] }>('GET', `/v1/contacts/${ANNA}/timeline`);
    const about = { scenario: 'abandoned-cart', step: 'reminder' };
    for (const line of [
      { kind: 'event', type: 'cart.updated', processed: true },
      { kind: 'run', scenario: 'abandoned-cart', step: null, outcome: 'entered' },
      { kind: 'message', ...about, state: 'accepted' },
      { kind: 'engagement', ...about, action: 'click', actor: 'person', verdict: 'person', link: 0 },
      { kind: 'conversion', ...about, state: 'credited', value: { amount: '5980.00', currency: 'RUB' } },
    ])
      expect(items).toContainEqual(expect.objectContaining(line));
  });

  it('is explained by their newest run, and told of those that go on beside it', async () => {
    for (const cartId of ['81', '82']) await shop.event(aCart(ANNA, NOON, { cartId }));
    await shop.advance('1 minute');
    const at = `/v1/contacts/${ANNA}/explain?scenario=abandoned-cart`;
    expect(await shop.must('GET', at)).toMatchObject({ run: { subject: '82' }, others: [{ subject: '81' }] });
    expect(await shop.must('GET', `${at}&subject=81`)).toMatchObject({
      run: { subject: '81', next: { action: 'step', held: false } },
      others: [{ subject: '82' }],
    });
  });

  it('is the same by id, and another store’s key or a stranger’s address finds nobody', async () => {
    await aLife();
    const { id } = await shop.must<{ id: string }>('GET', `/v1/contacts/${ANNA}`);
    expect((await shop.call('GET', `/v1/contacts/${id}/export`)).status).toBe(200);
    for (const [key, ref] of [
      [app.liveKey, id],
      [app.liveKey, ANNA],
      [app.testKey, 'nobody@example.com'],
    ] as const)
      expect((await new Shop(app.url, key).call('GET', `/v1/contacts/${ref}/export`)).status).toBe(404);
  });

  it('is explained with the field that a condition missed, where it started nothing and where it ended a run', async () => {
    const tell = async (data: object) => {
      const { id } = await shop.event({ type: 'cart.updated', contact: { email: ANNA }, data });
      await shop.advance('1 minute');
      return id;
    };
    await tell({ cartId: '81' });
    await tell({ cartId: '81', items: [{ productId: 'p1', title: 'Coat' }] });
    const id = await tell({ items: [] });
    const { events, published } = await shop.must<{ events: object[]; published: object }>(
      'GET',
      `/v1/contacts/${ANNA}/explain?scenario=abandoned-cart`,
    );
    expect(published).toEqual({ version: 1, state: 'published', event: 'cart.updated' });
    const condition = 'size(event.items) > 0';
    const ended = { outcome: 'exited', reason: 'exited:cart_emptied', field: 'event.cartId' };
    expect(events).toMatchObject([
      { ...ended, condition: null },
      { outcome: 'none', reason: 'condition_false', field: null, condition },
      { outcome: 'entered', reason: null, field: null, condition: null },
      { outcome: 'none', reason: 'condition_false', field: 'event.items', condition },
    ]);
    expect(await shop.must('GET', `/v1/events/${id}`)).toMatchObject({
      outcomes: [ended, { outcome: 'none', reason: 'condition_false', version: 1 }],
    });
  });

  it('is explained with the field that a step’s condition missed, in every place that tells of the step', async () => {
    const when = 'event.gift == true';
    const letter = { template: 'abandoned-cart/reminder', reason: 'gift' };
    await shop.must('POST', '/v1/scenarios', {
      key: 'gifts',
      name: 'Gifts',
      messageClass: 'care',
      trigger: { type: 'event', event: 'gift.looked_at' },
      steps: [
        { id: 'pause', type: 'wait', for: '2 days', when },
        { id: 'gift', type: 'email', ...letter, when },
      ],
    });
    await shop.must('POST', '/v1/scenarios/gifts/publish');
    await shop.event({ type: 'gift.looked_at', contact: { email: ANNA }, data: { other: 1 } });
    await shop.advance('1 minute');
    const field = 'event.gift';
    const detail = `undetermined: ${field}`;
    const skipped = { outcome: 'skipped', reason: 'condition_false', field, condition: when };
    const at = `/v1/contacts/${ANNA}`;
    expect(await shop.must('GET', `${at}/explain?scenario=gifts`)).toMatchObject({
      run: {
        decisions: [
          { outcome: 'entered', field: null, condition: null },
          { step: 'pause', ...skipped },
          { step: 'gift', ...skipped },
          {},
        ],
        messages: [{ step: 'gift', state: 'skipped', reason: 'condition_false', detail }],
      },
    });
    const { items } = await shop.must<{ items: object[] }>('GET', `${at}/timeline`);
    expect(items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'run', step: 'pause', field }),
        expect.objectContaining({ kind: 'message', step: 'gift', detail }),
      ]),
    );
    const { enrollments, messages } = await shop.must<Export>('GET', `${at}/export`);
    expect(enrollments[0]!.steps).toContainEqual(expect.objectContaining({ step: 'pause', field }));
    expect(messages).toMatchObject([{ step: 'gift', detail }]);
  });

  it('leaves nothing behind when erased, and the address is still never written to again', async () => {
    await aLife();
    expect(await holding()).toEqual(
      expect.arrayContaining(['consents', 'contacts', 'engagements', 'enrollments', 'messages', 'storefront_events']),
    );
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    expect(await holding()).toEqual([]);
    expect((await shop.call('GET', `/v1/contacts/${ANNA}/export`)).status).toBe(404);
    const test = { to: [ANNA] };
    const { id } = await shop.event(aCart(ANNA, '2026-11-21T13:40:00.000Z', { cartId: 'back' }));
    await shop.advance('45 minutes');
    expect(await shop.must('GET', `/v1/events/${id}`)).toMatchObject({
      outcomes: [{ scenario: 'abandoned-cart', outcome: 'none', reason: 'suppressed' }],
    });
    expect(await shop.call('POST', '/v1/templates/abandoned-cart/reminder/test', test)).toMatchObject({
      body: { messages: [{ state: 'skipped', reason: 'suppressed' }] },
    });
  });

  it('is not there again because an event is sent again whose id is their address, and the event is still known by it', async () => {
    const event = { ...aCart(ANNA, NOON), id: `order/${encodeURIComponent(ANNA)}` };
    const first = await shop.event(event);
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    expect(await shop.event(event)).toEqual({ ...first, duplicate: true });
    expect(await shop.call('POST', '/v1/events', { ...event, data: {} })).toMatchObject({
      status: 409,
      body: { code: 'event_id_reused' },
    });
    expect(await shop.must('GET', `/v1/events/${encodeURIComponent(event.id)}`)).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      type: 'cart.updated',
      data: {},
    });
    expect(await holding()).toEqual([]);
  });

  it('leaves nothing behind either of what they do with an old letter once they are erased', async () => {
    const path = await aLife();
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    for (const kind of ['t/o', 't/c', 'm'] as const) await reader.call('GET', path(kind), undefined, BROWSER);
    await reader.call('POST', path('u'), 'List-Unsubscribe=One-Click', BROWSER);
    await reader.call('POST', path('p'), 'action=save&shown=group:carts&shown-language=ru&language=en', BROWSER);
    expect(await holding()).toEqual([]);
    const [figures] = await app.engine.query(
      'SELECT sum(opens)::int AS opens, sum(clicks)::int AS clicks FROM messages',
    );
    expect(figures).toEqual({ opens: 2, clicks: 2 });
  });
});
