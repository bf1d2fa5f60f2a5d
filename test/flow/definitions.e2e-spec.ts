import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';

const LETTER = (
  body: string,
  subject = 'Hello',
) => `<mjml><mj-head><mj-title>${subject}</mj-title><mj-preview>Preview</mj-preview></mj-head>
<mj-body><mj-section><mj-column><mj-text>${body}</mj-text></mj-column></mj-section></mj-body></mjml>`;

const CHAIN = {
  key: 'hello',
  name: 'Hello',
  messageClass: 'service',
  trigger: { type: 'event', event: 'user.registered' },
  steps: [
    { id: 'pause', type: 'wait', for: '1 hour' },
    { id: 'letter', type: 'email', template: 'hello/letter' },
  ],
};

interface Problem {
  readonly code: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

describe('definitions', () => {
  let app: FlowApp;
  let shop: Shop;
  let live: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    live = new Shop(app.url, app.liveKey);
  });
  afterAll(() => app.close());

  it('a chain is drafted, checked with pointers, published as a version that never changes, and archived', async () => {
    expect((await shop.call('POST', '/v1/scenarios', CHAIN)).status).toBe(201);
    expect((await shop.call('POST', '/v1/scenarios', CHAIN)).status).toBe(409);
    const missing = await shop.call<Problem>('POST', '/v1/scenarios/hello/publish', {});
    expect(missing.status).toBe(422);
    expect(missing.body.errors).toContainEqual(expect.objectContaining({ pointer: '/steps/1/template' }));

    await shop.must('POST', '/v1/templates', {
      key: 'hello/letter',
      name: 'Hello',
      locales: { en: LETTER('Hello {{contact.firstName}}') },
    });
    await shop.must('POST', '/v1/templates/hello/letter/publish', {});
    expect(await shop.must('POST', '/v1/scenarios/hello/publish', {})).toMatchObject({ version: 1 });
    expect(await shop.must('GET', '/v1/scenarios/hello')).toMatchObject({
      key: 'hello',
      live: null,
      sandbox: { version: 1, state: 'published' },
    });

    await shop.reset(NOON);
    await shop.event({
      type: 'user.registered',
      occurredAt: NOON,
      contact: { email: 'a@example.com', firstName: 'Ada' },
    });
    await shop.advance('PT0S');
    const steps = [{ ...CHAIN.steps[0], for: '2 hours' }, CHAIN.steps[1]];
    await shop.must('PUT', '/v1/scenarios/hello', { ...CHAIN, steps });
    expect(await shop.must('POST', '/v1/scenarios/hello/publish', {})).toMatchObject({ version: 2 });
    await shop.event({
      type: 'user.registered',
      occurredAt: NOON,
      contact: { email: 'b@example.com', firstName: 'Bob' },
    });
    // Each run keeps the version that it entered.
    expect(await shop.advance('1 hour')).toMatchObject({ messages: 1 });
    expect(await shop.advance('1 hour')).toMatchObject({ messages: 1 });
    expect((await shop.must<{ items: object[] }>('GET', '/v1/scenarios/hello/versions')).items).toHaveLength(2);

    expect((await shop.call('DELETE', '/v1/scenarios/hello')).status).toBe(409);
    await shop.event({
      type: 'user.registered',
      occurredAt: '2026-11-21T14:00:00.000Z',
      contact: { email: 'c@example.com' },
    });
    await shop.advance('PT0S');
    await shop.must('POST', '/v1/scenarios/hello/archive', {});
    expect(await shop.advance('3 hours')).toMatchObject({ messages: 0 });
    const { items } = await shop.must<{ items: { endReason: string }[] }>('GET', '/v1/scenarios/hello/enrollments');
    expect(items.map((run) => run.endReason).sort()).toEqual(['completed', 'completed', 'scenario_archived']);
  });

  it('a run is ended by hand, also where its id is written in capitals', async () => {
    await shop.reset(NOON);
    await shop.must('POST', '/v1/scenarios/hello/publish', {});
    await shop.event({ type: 'user.registered', occurredAt: NOON, contact: { email: 'a@example.com' } });
    await shop.advance('PT0S');
    const { items } = await shop.must<{ items: { id: string }[] }>('GET', '/v1/scenarios/hello/enrollments');
    const ended = await shop.must('POST', `/v1/enrollments/${items[0]!.id.toUpperCase()}/exit`, {
      reason: 'called_us',
    });
    expect(ended).toMatchObject({ id: items[0]!.id, state: 'ended', endReason: 'exited:called_us' });
    await shop.must('POST', '/v1/scenarios/hello/archive', {});
  });

  it.each([
    ['an unknown step type', { steps: [{ id: 'a', type: 'teleport' }] }, '/steps/0/type'],
    ['a duration that is none', { steps: [{ id: 'a', type: 'wait', for: 'a while' }] }, '/steps/0/for'],
    ['two steps of one id', { steps: [CHAIN.steps[0], CHAIN.steps[0]] }, '/steps/1/id'],
    ['an unknown field', { colour: 'red' }, '/colour'],
    ['a condition that does not parse', { trigger: { ...CHAIN.trigger, when: 'event.a >' } }, '/trigger/when'],
    ['a condition that is no truth value', { trigger: { ...CHAIN.trigger, when: '1 + 1' } }, '/trigger/when'],
    [
      'a letter that the chain does not have',
      { steps: [{ ...CHAIN.steps[1], when: "opened('nothing')" }] },
      '/steps/0/when',
    ],
    [
      'a backtracking regular expression',
      { trigger: { ...CHAIN.trigger, when: "event.a.matches('(a+)+$')" } },
      '/trigger/when',
    ],
    ['a marketing letter without a reason', { messageClass: 'marketing' }, '/steps/1/reason'],
    ['a hold-out of service mail', { holdout: 10 }, '/holdout'],
  ])('publishing refuses %s and points at it', async (_name, patch, pointer) => {
    const key = 'faulty';
    await shop.call('DELETE', `/v1/scenarios/${key}`);
    const drafted = await shop.call<Problem>('POST', '/v1/scenarios', { ...CHAIN, key, ...patch });
    const answer =
      drafted.status === 201 ? await shop.call<Problem>('POST', `/v1/scenarios/${key}/publish`, {}) : drafted;
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((e) => e.pointer)).toContain(pointer);
  });

  it('a chain that was deleted and made anew runs as it is written now', async () => {
    const chain = (wait: string) => ({
      ...CHAIN,
      key: 'anew',
      steps: [{ ...CHAIN.steps[0], for: wait }, CHAIN.steps[1]],
    });
    const registered = (email: string) => shop.event({ type: 'user.registered', occurredAt: NOON, contact: { email } });
    await shop.reset(NOON);
    await shop.must('POST', '/v1/scenarios', chain('1 hour'));
    expect(await shop.must('POST', '/v1/scenarios/anew/publish', {})).toMatchObject({ version: 1 });
    await registered('a@example.com');
    expect(await shop.advance('1 hour')).toMatchObject({ messages: 1 });
    // With the people go the runs that kept it from being deleted.
    await shop.reset(NOON);
    await shop.must('POST', '/v1/scenarios/anew/archive', {});
    expect((await shop.call('DELETE', '/v1/scenarios/anew')).status).toBe(204);
    await shop.must('POST', '/v1/scenarios', chain('3 days'));
    expect(await shop.must('POST', '/v1/scenarios/anew/publish', {})).toMatchObject({ version: 2 });
    await registered('b@example.com');
    expect(await shop.advance('71 hours')).toMatchObject({ messages: 0 });
    expect(await shop.advance('1 hour')).toMatchObject({ messages: 1 });
    await shop.must('POST', '/v1/scenarios/anew/archive', {});
  });

  it.each([
    ['an emoji', 'contact.tags.exists(t, t == "🔥 hot")'],
    ['a field called like a word of the language', 'event["in"] == "x" && event.data["true"] == null'],
  ])('publishing takes a condition with %s', async (_what, when) => {
    const chain = { ...CHAIN, key: 'odd', trigger: { type: 'event', event: 'shop.visited', when } };
    expect((await shop.call('POST', '/v1/scenarios', chain)).status).toBe(201);
    expect((await shop.call('POST', '/v1/scenarios/odd/publish', {})).status).toBe(200);
    await shop.must('POST', '/v1/scenarios/odd/archive', {});
    expect((await shop.call('DELETE', '/v1/scenarios/odd')).status).toBe(204);
  });

  it('a template goes back to an earlier version, whose source can be read, and keeps its draft', async () => {
    const path = '/v1/templates/hello/letter';
    const { locales } = await shop.must<{ locales: object }>('GET', path);
    const second = { en: LETTER('A second thought') };
    await shop.must('PUT', path, { locales: second });
    expect(await shop.must('POST', `${path}/publish`)).toMatchObject({ version: 2 });
    expect(await shop.must('GET', `${path}/versions/1`)).toEqual({
      key: 'hello/letter',
      version: 1,
      locales,
      createdAt: expect.stringMatching(/Z$/) as string,
    });
    expect(await shop.must('GET', '/v1/templates/hello%2Fletter/versions/2')).toMatchObject({ locales: second });
    expect(await shop.must('POST', `${path}/publish`, { version: 1 })).toMatchObject({
      key: 'hello/letter',
      version: 1,
    });
    expect(await shop.must('GET', path)).toMatchObject({ published: { sandbox: 1 }, locales: second });
    for (const none of ['3', '0', '1e0', 'one', '2147483648'])
      expect(await shop.call('GET', `${path}/versions/${none}`)).toMatchObject({ status: 404 });
    for (const [version, status] of [
      [3, 404],
      [2_147_483_648, 404],
      [0, 422],
      [null, 422],
      ['1', 422],
    ])
      expect(await shop.call('POST', `${path}/publish`, { version })).toMatchObject({ status });
    await shop.must('PUT', path, { locales });
    expect(await shop.must('POST', `${path}/publish`)).toMatchObject({ version: 3 });
  });

  it('a template may be sent back as it was read', async () => {
    const { updatedAt, ...read } = await shop.must<{ updatedAt: string }>('GET', '/v1/templates/hello/letter');
    const answer = await shop.call('PUT', '/v1/templates/hello/letter', { ...read, updatedAt });
    expect(answer).toMatchObject({ status: 200, body: read });
  });

  it('a template previews with a sample, names what is missing, and never breaks out of its place', async () => {
    const source = LETTER(
      'Dear {{contact.firstName}}, {{money event.total event.currency}}',
      'For {{contact.firstName}}',
    );
    await shop.must('POST', '/v1/templates', { key: 'tried/letter', name: 'Tried', locales: { en: source } });
    const preview = (body: object) =>
      shop.call<{ subject: string; html: string; text: string; problems: { detail: string }[] } & Problem>(
        'POST',
        '/v1/templates/tried/letter/preview',
        body,
      );
    const good = await preview({
      contact: { firstName: '<b>Ann</b>\r\nBcc: x' },
      event: { total: 1234.5, currency: 'EUR' },
    });
    expect(good.status).toBe(200);
    expect(good.body.html).toContain('&lt;b&gt;Ann');
    expect(good.body.html).toMatch(/€1,234\.50/);
    expect(good.body.subject).not.toMatch(/[\r\n]/);
    const missing = await preview({ contact: {}, event: {} });
    expect(JSON.stringify(missing.body)).toContain('contact.firstName');
    const broken = await preview({ source: '<mjml><mj-body><mj-include path="/etc/passwd"/></mj-body></mjml>' });
    expect(JSON.stringify(broken.body)).toContain('mj-include');
  });

  it('a template is tested on given addresses and is not counted', async () => {
    const answer = await shop.call('POST', '/v1/templates/tried/letter/test', {
      to: ['me@example.com'],
      contact: { firstName: 'Ann' },
      event: { total: 1, currency: 'EUR' },
    });
    expect(answer.status).toBe(200);
    expect((await shop.must<{ items: object[] }>('GET', '/v1/stats/scenarios')).items).not.toContainEqual(
      expect.objectContaining({ scenario: null }),
    );
  });

  it.each(['scenarios/abandoned-cart/publish', 'templates/tried/letter/publish', 'templates/tried/letter/preview'])(
    'POST /v1/%s of a version beyond any is not found',
    async (path) => {
      expect(await shop.call('POST', `/v1/${path}`, { version: 2_147_483_648 })).toMatchObject({ status: 404 });
    },
  );

  it('a test is kept with the headers that it was sent with', async () => {
    const from = { name: 'Example Shop', email: 'hello@shop.example' };
    await shop.must('PATCH', '/v1/store', { from, replyTo: 'help@shop.example' });
    const fields = { to: ['me@example.com'], contact: { firstName: 'Ann' }, event: { total: 1, currency: 'EUR' } };
    const { messages } = await shop.must<{ messages: { id: string }[] }>(
      'POST',
      '/v1/templates/tried/letter/test',
      fields,
    );
    expect(await shop.must('GET', `/v1/messages/${messages[0]!.id}`)).toMatchObject({
      headers: { From: 'Example Shop <hello@shop.example>', 'Reply-To': 'help@shop.example', To: 'me@example.com' },
    });
    await shop.must('PATCH', '/v1/store', { from: null, replyTo: null });
  });

  it('a test that cannot be sent says why, and only that', async () => {
    const test = (fields: object) => shop.call('POST', '/v1/templates/tried/letter/test', fields);
    const { status, body } = await test({ to: ['me@example.com'], contact: { firstName: 'Ann' }, event: {} });
    const detail = 'event.total is missing (locale en)';
    expect([status, body]).toMatchObject([422, { detail: `tried/letter cannot be sent: ${detail}` }]);
    expect(body).toMatchObject({ errors: [{ pointer: '/locales/en', code: 'template_error', detail }] });
    expect((await test({ to: ['me'] })).body).toMatchObject({
      errors: [{ pointer: '/to/0', code: 'invalid_address' }],
    });
  });

  it('what is published in the sandbox does not run in live, and the other way round', async () => {
    expect(await live.must('GET', '/v1/scenarios/abandoned-cart')).toMatchObject({ live: null });
    const { id } = await live.event({ ...aCart('anna@example.com', new Date().toISOString()), id: 'live-cart' });
    expect((await shop.call('GET', `/v1/events/${id}`)).status).toBe(404);
  });

  it('settings of the store are read and changed, and unknown ones refused', async () => {
    expect(await shop.must('PATCH', '/v1/store', { name: 'Example Shop', timezone: 'Europe/Berlin' })).toMatchObject({
      name: 'Example Shop',
    });
    expect(await live.must('GET', '/v1/store')).toMatchObject({ name: 'Example Shop', timezone: 'Europe/Berlin' });
    expect((await shop.call('PATCH', '/v1/store', { colour: 'red' })).status).toBe(422);
    expect((await shop.call('PATCH', '/v1/store', { timezone: 'Mars/Olympus' })).status).toBe(422);
  });

  it('the language’s schema, the API’s description and the health of the service are served', async () => {
    expect(await shop.must('GET', '/v1/schemas/scenario')).toMatchObject({ type: 'object' });
    expect(await shop.must('GET', '/docs-json')).toMatchObject({ openapi: expect.stringMatching(/^3\./) as string });
    expect((await new Shop(app.url, '').call('GET', '/health/ready')).status).toBe(200);
  });
});
