import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Firefox/145.0' };

interface Contact {
  readonly locale: string | null;
  readonly consent: { readonly marketing: boolean | null };
  readonly preferences: { readonly declined: readonly string[]; readonly pausedUntil: string | null };
}

describe('the preference page', () => {
  let app: FlowApp;
  let shop: Shop;
  let reader: Shop;
  let page: string;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
    reader = new Shop(app.url, '');
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await shop.reset(NOON);
    await shop.event(aCart(ANNA, NOON));
    await shop.advance('45 minutes');
    page = await linkOf('p');
  });

  const letters = () => shop.messages({ scenario: 'abandoned-cart' });
  const linkOf = async (kind: 'p' | 'm') => {
    const { html } = await shop.message((await letters())[0]!.id);
    return new URL(new RegExp(`"(http[^"]*/${kind}/[^"]+)"`).exec(html)![1]!).pathname;
  };
  const contact = () => shop.must<Contact>('GET', `/v1/contacts/${ANNA}`);
  const press = (action: string, fields: readonly (readonly [string, string])[] = []) =>
    reader.call<string>(
      'POST',
      page,
      new URLSearchParams([
        ['action', action],
        ...fields.map(([name, value]): [string, string] => [name, value]),
      ]).toString(),
      FORM,
    );
  const shownIn = (html: string) => [...html.matchAll(/name="shown" value="([^"]+)"/g)].map(([, topic]) => topic!);
  const outcome = async () => (await letters()).map(({ step, state, reason }) => [step, state, reason]);

  it('offers classes and groups of what runs here in the person’s language, and looking changes nothing', async () => {
    const before = await contact();
    const { status, body, headers } = await reader.call<string>('GET', page, undefined, { 'accept-language': 'en' });
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(body).toContain('<html lang="ru">');
    expect(body).toContain('Напоминания о корзине и незаконченных заказах');
    expect(shownIn(body)).toEqual([
      'class:marketing',
      'group:carts',
      'group:trials',
      'class:care',
      'group:after-order',
    ]);
    await reader.call('HEAD', page);
    expect(await contact()).toEqual(before);
  });

  it('keeps what was chosen, shows it again, and sends nothing of a declined group', async () => {
    const shown = shownIn((await reader.call<string>('GET', page)).body).map((topic) => ['shown', topic] as const);
    const wanted = [
      ['want', 'class:marketing'],
      ['want', 'group:trials'],
      ['want', 'class:care'],
      ['want', 'group:after-order'],
    ] as const;
    const saved = await press('save', [...shown, ...wanted, ['shown-language', 'ru'], ['language', 'en']]);
    expect(saved.status).toBe(200);
    expect(saved.body).toContain('Saved.');
    expect(saved.body).toMatch(/name="want" value="group:carts"(?! checked)/);
    expect(saved.body).toContain('name="want" value="group:trials" checked');
    expect(await contact()).toMatchObject({
      locale: 'en',
      consent: { marketing: true },
      preferences: { declined: ['group:carts'], pausedUntil: null },
    });
    await shop.advance('2 days');
    expect(await outcome()).toEqual([
      ['reminder', 'accepted', null],
      ['follow-up', 'skipped', 'group_declined'],
    ]);
  });

  it('sends nothing of a declined class, and again what is wanted again', async () => {
    await press('save', [['shown', 'class:marketing']]);
    expect((await contact()).preferences.declined).toEqual(['class:marketing']);
    await shop.advance('2 days');
    expect((await outcome()).at(-1)).toEqual(['follow-up', 'skipped', 'class_declined']);
    await press('save', [
      ['shown', 'class:marketing'],
      ['want', 'class:marketing'],
    ]);
    expect((await contact()).preferences.declined).toEqual([]);
  });

  it('pauses for 30 days, tells until when, and ends a pause early', async () => {
    const paused = await press('pause');
    expect(paused.body).toContain('Пауза до 21 декабря 2026');
    expect((await contact()).preferences.pausedUntil).toBe('2026-12-21T12:45:00.000Z');
    await shop.advance('2 days');
    expect((await outcome()).at(-1)).toEqual(['follow-up', 'skipped', 'paused_by_person']);
    expect((await press('pause')).body).toContain('Пауза до 21 декабря 2026');
    await press('resume');
    expect((await contact()).preferences.pausedUntil).toBeNull();
  });

  it('sends again on the day that the pause is over', async () => {
    await press('pause');
    await shop.advance('30 days');
    await press('resume'); // from a page that stood open
    expect((await contact()).preferences.pausedUntil).toBe('2026-12-21T12:45:00.000Z');
    await shop.event(aCart(ANNA, '2026-12-21T12:45:00.000Z', { cartId: '82' }));
    await shop.advance('45 minutes');
    expect((await outcome()).at(-1)).toEqual(['reminder', 'accepted', null]);
  });

  it('unsubscribes from everything, and takes a person back who asks for it', async () => {
    const gone = await press('unsubscribe');
    expect(gone.body).toContain('Вы отписались от всего.');
    expect((await contact()).consent.marketing).toBe(false);
    expect(shownIn(gone.body)).toEqual([]);
    await shop.advance('2 days');
    expect((await letters()).map(({ state }) => state)).toEqual(['accepted']);
    const back = await press('subscribe');
    expect(shownIn(back.body)).not.toEqual([]);
    expect((await contact()).consent.marketing).toBe(true);
  });

  it('tells a person whose address is blocked that nothing is sent, and keeps what they wish until the block is lifted', async () => {
    await press('unsubscribe');
    await shop.must('PUT', `/v1/suppressions/${ANNA}`);
    const blocked = 'Изменить это может только';
    const back = await press('subscribe');
    expect([back.body.includes(blocked), back.body.includes('Вы подписаны')]).toEqual([true, false]);
    const { html } = await shop.message((await letters())[0]!.id);
    const unsubscribe = new URL(/"(http[^"]*\/u\/[^"]+)"/.exec(html)![1]!).pathname;
    expect((await reader.call<string>('GET', unsubscribe)).body).toContain(blocked);
    await shop.must('DELETE', `/v1/suppressions/${ANNA}`);
    expect((await reader.call<string>('GET', page)).body).not.toContain(blocked);
    expect((await contact()).consent.marketing).toBe(true);
  });

  it('keeps evidence of every change: what, when, how, by which letter; and none of a form that is sent again', async () => {
    const topics = [
      ['shown', 'group:carts'],
      ['shown', 'group:unknown'],
    ] as const;
    for (const action of ['save', 'pause', 'resume', 'subscribe'])
      for (let sent = 0; sent < 2; sent++) await press(action, topics);
    const rows = await app.engine.query(
      `SELECT purpose, granted, source, occurred_at, evidence ->> 'userAgent' AS browser FROM consents
       WHERE source = 'preference_page' ORDER BY id`,
    );
    const said = { source: 'preference_page', occurred_at: new Date('2026-11-21T12:45:00Z'), browser: 'Firefox/145.0' };
    expect(rows).toEqual([
      { purpose: 'group:carts', granted: false, ...said },
      { purpose: 'pause', granted: false, ...said },
      { purpose: 'pause', granted: true, ...said },
      { purpose: 'marketing', granted: true, ...said }, // of the mailbox, which only the shop had told of
    ]);
  });

  it('goes on in the store’s language for somebody who only unticks a topic, whatever their browser speaks', async () => {
    await shop.must('PATCH', '/v1/store', { locale: 'de' });
    try {
      await shop.must('PATCH', `/v1/contacts/${ANNA}`, { locale: null });
      const { body } = await reader.call<string>('GET', page, undefined, { 'accept-language': 'ru' });
      expect(body).toContain('<html lang="ru">');
      const [, language] = /<option value="([^"]+)" selected/.exec(body)!;
      expect(language).toBe('de');
      const posted = [
        ['shown', 'group:carts'],
        ['shown-language', 'de'],
        ['language', language!],
      ] as const;
      await press('save', posted);
      expect(await contact()).toMatchObject({ locale: null, preferences: { declined: ['group:carts'] } });
    } finally {
      await shop.must('PATCH', '/v1/store', { locale: 'en' });
    }
  });

  it.each(['', 'List-Unsubscribe=One-Click', 'action=drop+table', 'action=save&shown-language=ru&language=%00'])(
    'a stray POST of %j declines nothing',
    async (body) => {
      const answer = await reader.call('POST', page, body, FORM);
      expect([200, 400]).toContain(answer.status);
      expect(await contact()).toMatchObject({ locale: 'ru', preferences: { declined: [], pausedUntil: null } });
    },
  );

  it('answers a friendly 404 to a token that was touched, made for another page, or whose person is erased', async () => {
    const token = page.slice(3);
    const view = (await linkOf('m')).slice(3);
    for (const bad of [`${token.slice(0, -2)}AA`, view, 'x']) {
      const answer = await reader.call<string>('GET', `/p/${bad}`);
      expect([answer.status, answer.body.includes('This link does not work')]).toEqual([404, true]);
    }
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    for (const method of ['GET', 'POST']) expect((await reader.call(method, page)).status).toBe(404);
    expect((await press('subscribe')).status).toBe(404);
  });
});
