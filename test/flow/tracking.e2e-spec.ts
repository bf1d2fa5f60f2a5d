import { get } from 'node:http';
import { type FlowApp, startApp } from '../support/app.js';
import { aCart, anOrder, pathIn, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';
const ANNA = 'anna@example.com';
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

describe('tracking', () => {
  let app: FlowApp;
  let shop: Shop;
  let reader: Shop;

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
    await shop.advance('10 minutes');
  });

  const letter = async () =>
    shop.message((await shop.messages({ scenario: 'abandoned-cart', state: 'accepted' }))[0]!.id);
  const unsubscribePath = (headers: Record<string, string>) =>
    new URL(headers['List-Unsubscribe']!.slice(1, -1)).pathname;

  it('a loaded pixel is an open and a followed link a click that leads to the store', async () => {
    const { html, id } = await letter();
    const pixel = await reader.call('GET', pathIn(html, 't/o'), undefined, BROWSER);
    expect(pixel.status).toBe(200);
    expect(pixel.headers.get('content-type')).toBe('image/gif');
    expect(pixel.headers.get('cache-control')).toContain('no-store');
    const click = await reader.call('GET', pathIn(html, 't/c'), undefined, BROWSER);
    expect(click.status).toBe(302);
    expect(click.headers.get('location')).toMatch(/^https:\/\/shop\.example\//);
    const after = await shop.message(id);
    expect(after.engagements.map((e) => [e.action, e.actor])).toEqual([
      ['open', 'person'],
      ['click', 'person'],
    ]);
    expect([after.firstOpenedAt, after.firstClickedAt]).toEqual([
      '2026-11-21T12:55:00.000Z',
      '2026-11-21T12:55:00.000Z',
    ]);
  });

  it('carries the UTM parameters of the store in every link, in the preview as in the letter', async () => {
    await shop.must('PATCH', '/v1/store', {
      utm: { source: 'shop', medium: 'email', content: '{step} of {template}' },
    });
    try {
      await shop.reset(NOON);
      await shop.event(aCart(ANNA, NOON));
      await shop.advance('45 minutes');
      const tags = 'utm_source=shop&utm_medium=email&utm_campaign=abandoned-cart';
      const content = 'utm_content=reminder%20of%20abandoned-cart%2Freminder';
      const { html, links } = await letter();
      expect(links.length).toBeGreaterThan(0);
      for (const { url } of links) expect(url).toContain(`?${tags}&${content}`);
      const click = await reader.call('GET', pathIn(html, 't/c'), undefined, BROWSER);
      expect(click.headers.get('location')).toBe(links[0]!.url);
      const preview = await shop.must<{ html: string }>('POST', '/v1/templates/abandoned-cart/reminder/preview', {});
      expect(preview.html.replaceAll('&amp;', '&')).toContain(`?${tags}&${content}"`);
    } finally {
      await shop.must('PATCH', '/v1/store', { utm: null });
    }
  });

  it('has every address of a letter at the store’s own domain, where it is answered as anywhere', async () => {
    await shop.must('PATCH', '/v1/store', { trackingDomain: 'mail.coats.example' });
    try {
      await shop.reset(NOON);
      await shop.event(aCart(ANNA, NOON));
      await shop.advance('45 minutes');
      const { html, headers } = await letter();
      const own = [...html.matchAll(/https?:\/\/[^/"]+(?=\/(?:t|u|p|m)\/)/g)].map(([origin]) => origin);
      expect(own.length).toBeGreaterThan(2);
      expect([...new Set(own)]).toEqual(['https://mail.coats.example']);
      expect(headers['List-Unsubscribe']).toMatch(/^<https:\/\/mail\.coats\.example\/u\//);
      for (const host of ['mail.coats.example', 'anything.example'])
        expect(await statusAt(app.url, pathIn(html, 't/c'), host)).toBe(302);
    } finally {
      await shop.must('PATCH', '/v1/store', { trackingDomain: null });
    }
  });

  it('counts robots and previews apart from people', async () => {
    const { html, id } = await letter();
    await reader.call('GET', pathIn(html, 't/o'), undefined, {
      'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)',
    });
    await reader.call('GET', pathIn(html, 't/c'), undefined, { ...BROWSER, 'sec-purpose': 'prefetch' });
    await reader.call('HEAD', pathIn(html, 't/c'), undefined, BROWSER);
    const after = await shop.message(id);
    expect(after.engagements.map((e) => e.actor)).toEqual(['machine', 'machine', 'machine']);
    expect([after.firstOpenedAt, after.firstClickedAt]).toEqual([null, null]);
  });

  it('never redirects by a token that was touched', async () => {
    const { html } = await letter();
    const good = pathIn(html, 't/c');
    const token = good.slice('/t/c/'.length);
    const flip = (i: number) => token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
    for (const bad of [
      ...Array.from({ length: token.length - 1 }, (_, i) => flip(i)),
      'x',
      token.slice(0, -4),
      pathIn(html, 't/o').slice('/t/o/'.length),
    ]) {
      const answer = await reader.call('GET', `/t/c/${bad}`, undefined, BROWSER);
      expect([bad, answer.status, answer.headers.get('location')]).toEqual([bad, 404, null]);
    }
    expect(
      (await reader.call('GET', `${good}?url=https://evil.example`, undefined, BROWSER)).headers.get('location'),
    ).toMatch(/^https:\/\/shop\.example\//);
  });

  it('shows the letter in a browser as it was sent, without scripts, and counts nothing until its pixel loads', async () => {
    const { html, id, headers } = await letter();
    const view = pathIn(html, 'm');
    const shown = await reader.call<string>('GET', view, undefined, BROWSER);
    expect([shown.status, shown.body]).toEqual([200, html]);
    const policy = shown.headers.get('content-security-policy')!;
    expect(policy).toMatch(/^sandbox (?!.*allow-scripts)(?!.*allow-same-origin)/);
    for (const rule of ["default-src 'none'", "form-action 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toContain('script-src');
    expect(shown.headers.get('x-robots-tag')).toContain('noindex');
    expect(shown.headers.get('referrer-policy')).toBe('no-referrer');
    expect((await shop.message(id)).engagements).toEqual([]);
    await reader.call('GET', pathIn(html, 't/o'), undefined, BROWSER);
    expect((await shop.message(id)).engagements).toHaveLength(1);
    const other = unsubscribePath(headers).replace('/u/', '/m/');
    expect((await reader.call('GET', other)).status).toBe(404);
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    const gone = await reader.call<string>('GET', view, undefined, { 'accept-language': 'ru-RU,ru;q=0.9' });
    expect([gone.status, gone.body.includes('Этого письма здесь больше нет')]).toEqual([404, true]);
  });

  it('offers one-click unsubscribing as RFC 8058 wants it: an address of ours alone, and the word for the POST', async () => {
    const { headers } = await letter();
    expect(headers['List-Unsubscribe']).toMatch(/^<https?:\/\/[^<>,\s]+\/u\/[\w-]+>$/);
    expect(headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click');
  });

  it('unsubscribes by POST only, as often as it is asked, and stops the chain', async () => {
    const { headers } = await letter();
    const page = unsubscribePath(headers);
    const shown = await reader.call<string>('GET', page, undefined, BROWSER);
    expect(shown.status).toBe(200);
    expect(shown.body).toMatch(/<form[^>]+method="post"/i);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    const consent = async () =>
      (await shop.must<{ consent: { marketing: boolean } }>('GET', `/v1/contacts/${ANNA}`)).consent.marketing;
    expect(await consent()).toBe(true);
    for (let i = 0; i < 2; i++) {
      const done = await reader.call('POST', page, 'List-Unsubscribe=One-Click', {
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect(done.status).toBe(200);
    }
    expect(await consent()).toBe(false);
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
    const stats = await shop.must<{ total: { unsubscribes: number } }>('GET', '/v1/stats/scenarios/abandoned-cart');
    expect(stats.total.unsubscribes).toBe(1);
  });

  it('unsubscribes by a one-click POST without a body too', async () => {
    const { headers } = await letter();
    const answer = await reader.call('POST', unsubscribePath(headers));
    expect(answer.status).toBe(200);
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
  });

  it('refuses every token that is not its own with the same page, whatever is wrong with it', async () => {
    const { html, headers } = await letter();
    const click = pathIn(html, 't/c').slice('/t/c/'.length);
    const open = pathIn(html, 't/o').slice('/t/o/'.length);
    const off = unsubscribePath(headers).slice('/u/'.length);
    const bytes = Buffer.from(click, 'base64url');
    const changed = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at]! ^= 1;
      return copy.toString('base64url');
    };
    const bad = {
      empty: '-',
      short: click.slice(0, 20),
      cut: click.slice(0, -4),
      padded: `${click}=`,
      'of another format': changed(0),
      'of another environment': changed(3),
      'of another message': changed(20),
      'with another link': changed(35),
      'with another key id': changed(38),
      'with another target': changed(bytes.length - 20),
      'with another signature': changed(bytes.length - 1),
      'made to open': open,
      'made to unsubscribe': off,
    };
    const answers = await Promise.all(
      ['/t/c/', '/t/o/', '/u/'].flatMap((at) =>
        Object.entries(bad)
          .filter(([, token]) => !(at === '/t/o/' && token === open) && !(at === '/u/' && token === off))
          .map(async ([what, token]) => ({
            what,
            at,
            answer: await reader.call('GET', at + token, undefined, BROWSER),
          })),
      ),
    );
    const { body } = answers[0]!.answer;
    for (const { what, at, answer } of answers)
      expect([at, what, answer.status, answer.headers.get('location'), answer.body]).toEqual([
        at,
        what,
        404,
        null,
        body,
      ]);
    const posts = await Promise.all(
      Object.values(bad)
        .slice(0, -1)
        .map((token) => reader.call('POST', `/u/${token}`)),
    );
    expect(new Set(posts.map(({ status }) => status))).toEqual(new Set([404]));
    expect(await shop.advance('3 days')).toMatchObject({ messages: 1 }); // nobody is off the list
  });

  it('lets a scanner look at everything in a letter: nobody opened, clicked, bought by it or left', async () => {
    const { html, id } = await letter();
    const seen = new Set([...html.matchAll(/"(http[^"]*\/(?:t\/[oc]|u|p|m|c)\/[^"]+)"/g)].map((match) => match[1]!));
    expect(seen.size).toBeGreaterThan(2);
    const looks: readonly (readonly [method: string, headers: Record<string, string>])[] = [
      ['GET', { 'user-agent': 'Barracuda Sentinel (EE)' }],
      ['GET', { 'user-agent': 'curl/8.5.0' }],
      ['GET', { ...BROWSER, 'sec-purpose': 'prefetch;prerender' }],
      ['GET', { ...BROWSER, purpose: 'prefetch' }],
      ['GET', { ...BROWSER, 'x-moz': 'prefetch' }],
      ['HEAD', BROWSER],
    ];
    for (const url of seen)
      for (const [method, headers] of looks) {
        const { pathname } = new URL(url.replaceAll('&amp;', '&'));
        const answer = await reader.call(method, pathname, undefined, headers);
        expect([method, pathname, answer.status < 500]).toEqual([method, pathname, true]);
      }
    const after = await shop.message(id);
    expect(new Set(after.engagements.map(({ actor }) => actor))).toEqual(new Set(['machine']));
    expect([after.firstOpenedAt, after.firstClickedAt]).toEqual([null, null]);
    expect(await shop.must('GET', `/v1/contacts/${ANNA}`)).toMatchObject({ consent: { marketing: true } });
    // Unopened, the first letter is followed by the second; the order then is nobody's.
    expect(await shop.advance('2 days')).toMatchObject({ messages: 1 });
    await shop.event(anOrder(ANNA, '2026-11-23T13:00:00.000Z'));
    await shop.advance('1 hour');
    const { total } = await shop.must<{ total: object }>('GET', '/v1/stats/scenarios/abandoned-cart');
    expect(total).toMatchObject({ opens: 0, uniqueOpens: 0, clicks: 0, uniqueClicks: 0, orders: 0, unsubscribes: 0 });
  });

  it('takes the unsubscribe of a person who was erased meanwhile, and keeps nothing of it', async () => {
    const { headers } = await letter();
    await shop.must('DELETE', `/v1/contacts/${ANNA}`);
    const rows = async () =>
      (
        await app.engine.query<{ n: number }>(
          'SELECT (SELECT count(*) FROM consents)::int + (SELECT count(*) FROM engagements)::int AS n',
        )
      )[0]!.n;
    const before = await rows();
    for (let i = 0; i < 2; i++)
      expect(await reader.call('POST', unsubscribePath(headers), undefined, BROWSER)).toMatchObject({ status: 200 });
    expect(await rows()).toBe(before);
    expect((await reader.call('GET', unsubscribePath(headers), undefined, BROWSER)).status).toBe(200);
    expect(await shop.advance('3 days')).toMatchObject({ messages: 0 });
  });
});

/** What the service answers to a request that came for this host: `fetch` would not say so. */
function statusAt(url: string, at: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(`${url}${at}`, { headers: { ...BROWSER, host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    }).once('error', reject);
  });
}
