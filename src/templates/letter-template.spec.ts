import { createSecretKey } from 'node:crypto';
import { verifyToken } from '../platform/tokens.js';
import { TemplateError } from './helpers/template-error.js';
import { aContext, aLetterSource, anMjml, compiled, letterOf, rendered } from './letter.builder.js';

const lineOf = async (text: string, context = aContext(), locale = 'en'): Promise<string> =>
  (await rendered(aLetterSource(text), context, locale)).line;

describe('a variable', () => {
  it('that is missing stops the letter and is named', async () => {
    await expect(rendered(aLetterSource('{{event.nothing.there}}'))).rejects.toThrow(
      new TemplateError('event.nothing.there is missing'),
    );
    await expect(rendered(aLetterSource('{{#each event.items}}{{size}}{{/each}}'))).rejects.toThrow(
      'event.items[].size is missing',
    );
    await expect(rendered(aLetterSource('{{money event.none}}'))).rejects.toThrow('event.none is missing');
    await expect(rendered(aLetterSource('x', '{{event.none}}'))).rejects.toThrow('event.none is missing');
  });

  it('may be missing where the author asks for it or gives a default', async () => {
    expect(await lineOf('{{default event.nothing.there "friend"}}')).toBe('friend');
    expect(await lineOf('{{default contact.lastName "friend"}}')).toBe('friend');
    expect(await lineOf('a{{#if event.none}}{{event.none}}{{/if}}{{#unless event.none}}b{{/unless}}')).toBe('ab');
    expect(await lineOf('{{#with event.none}}{{a}}{{else}}c{{/with}}')).toBe('c');
    expect(await lineOf('{{#if (or (eq event.none "x") (gt event.total 5))}}d{{/if}}')).toBe('d');
  });

  it('that is empty is not there, and a number is one however it is written', async () => {
    const text = '{{default event.e "a"}}{{and event.l event.n}}{{or event.l event.e}}{{eq event.n 3}}{{gt event.n 3}}';
    expect(await lineOf(text, aContext({ data: { e: '', l: [], n: '3' } }))).toBe('afalsefalsetruefalse');
  });

  it('of the letter means the same inside a loop', async () => {
    expect(
      await lineOf(
        '{{#each event.items as |item|}}{{item.title}} {{event.currency}} {{../event.cartId}} {{@root.now}};{{/each}}',
      ),
    ).toContain('Coat RUB 81 2026-11-21T22:15:00.000Z;');
  });

  it('that is a list or an object cannot be printed', async () => {
    await expect(rendered(aLetterSource('{{event.items}}'))).rejects.toThrow('cannot be printed');
    await expect(rendered(aLetterSource('{{default event.items "x"}}'))).rejects.toThrow(
      'default event.items "x" is a list or an object and cannot be printed',
    );
    expect(await lineOf('{{#each (default event.none event.items)}}{{title}};{{/each}}')).toBe('Coat;Scarf;Boots;');
  });

  it('is escaped in HTML and not in subject and text', async () => {
    const context = aContext({ contact: { firstName: `<b>"O'Neil" & Co` } });
    const { html, text, subject } = await rendered(
      aLetterSource('{{contact.firstName}}', '{{contact.firstName}}'),
      context,
    );
    expect(html).toContain('&lt;b&gt;&quot;O&#x27;Neil&quot; &amp; Co');
    expect(html).not.toContain('<b>"O');
    expect([subject, text.split('\n')[0]]).toEqual([`<b>"O'Neil" & Co`, `<b>"O'Neil" & Co`]);
  });

  it('loses control characters in subject and text', async () => {
    const context = aContext({ contact: { firstName: 'a\r\nBcc: x@evil.example\0\u202E' } });
    const { subject, line } = await rendered(aLetterSource('{{contact.firstName}}!', '{{contact.firstName}}'), context);
    expect([subject, line]).toEqual(['a Bcc: x@evil.example', 'a Bcc: x@evil.example !']);
  });
});

describe('helpers', () => {
  it.each([
    [1, 'товар'],
    [2, 'товара'],
    [5, 'товаров'],
    [11, 'товаров'],
    [21, 'товар'],
    [1.5, 'товара'],
  ])('plural of %d in Russian', async (count, word) => {
    const template = '{{plural event.n one="товар" few="товара" many="товаров" other="товара"}}';
    expect(await lineOf(template, aContext({ data: { n: count } }), 'ru')).toBe(word);
    const three = template.replace(' other="товара"', '');
    expect(await lineOf(three, aContext({ data: { n: count } }), 'ru')).toBe(word);
  });

  it('plural in English', async () => {
    const template = '{{plural event.items.length one="item" other="items"}} {{plural 1 one="item" other="items"}}';
    expect(await lineOf(template)).toBe('items item');
  });

  it('money in Russian and English', async () => {
    const template = '{{money event.total}} {{money "2490.50" "RUB"}} {{money event.fee}}';
    const context = aContext({ data: { fee: { amount: '12345678901234567.89', currency: 'USD' } } });
    expect((await lineOf(template, context, 'ru')).replace(/\s/g, ' ')).toBe(
      '33 780 ₽ 2 490,50 ₽ 12 345 678 901 234 567,89 $',
    );
    expect((await lineOf('{{money 59.8 "USD"}} {{money 49 currency="EUR"}}', context)).replace(/\s/g, ' ')).toBe(
      '$59.80 €49',
    );
  });

  it.each([
    ['ru', 'KZT', '1 990,50 ₸'],
    ['ru', 'GEL', '1 990,50 ₾'],
    ['ru-RU', 'AMD', '1 990,50 ֏'],
    ['ru', 'AZN', '1 990,50 ₼'],
    ['ru', 'UAH', '1 990,50 ₴'],
    ['ru', 'BYN', '1 990,50 BYN'],
    ['ru', 'CAD', '1 990,50 CA$'],
    ['en', 'KZT', 'KZT 1,990.50'],
  ])('money of other countries in %s: %s', async (locale, currency, shown) => {
    const template = '{{money "1990.50" event.currency}}';
    const line = await lineOf(template, aContext({ data: { currency } }), locale);
    expect(line.replace(/\s/g, ' ')).toBe(shown);
  });

  it('date in the zone of the contact, else of the store', async () => {
    const template = '{{date event.at "long"}} | {{date event.at style="time"}} | {{date event.at "short"}}';
    expect(await lineOf(template, aContext(), 'ru')).toBe('22 ноября 2026 г. | 00:30 | 22.11.2026');
    expect((await lineOf(template, aContext({ contact: { timezone: null } }))).replace(/\s/g, ' ')).toBe(
      'November 21, 2026 | 9:30 PM | 11/21/26',
    );
    expect(await lineOf('{{date "2026-11-21"}}', aContext({ contact: { timezone: 'America/New_York' } }))).toBe(
      'November 21, 2026',
    );
  });

  it('date shows a time without an offset as it is written, wherever server and reader are', async () => {
    const template = '{{date event.pickup "datetime"}} | {{date event.slot "short"}} {{date event.slot "time"}}';
    const data = { pickup: '2026-11-21T23:30', slot: '2026-03-29T02:30:00.5' };
    for (const timezone of ['America/New_York', 'Asia/Vladivostok', null])
      expect(await lineOf(template, aContext({ data, contact: { timezone } }), 'ru')).toBe(
        '21 ноября 2026 г. в 23:30 | 29.03.2026 02:30',
      );
  });

  it('date refuses a day that no calendar has', async () => {
    for (const day of ['2026-02-30', '2026-02-30T10:00:00Z', '2025-02-29', '2026-13-01', '2026-11-21T', '2026-11-21TZ'])
      await expect(rendered(aLetterSource(`{{date "${day}"}}`))).rejects.toThrow(`date "${day}": the value is no ISO`);
    expect(await lineOf('{{date "2028-02-29"}}')).toBe('February 29, 2028');
  });
});

describe('a link from data', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.example',
    '\\\\evil.example',
    'https:\\\\evil.example',
    'https://user:pass@evil.example',
    'https://:pass@evil.example',
    'https://shop.example@evil.example/',
    'https://shop.example/\r\nSet-Cookie: a',
    'https://',
    'https:///x',
    '/relative',
    'ftp://shop.example',
    '',
  ])('%j is refused and reported', async (url) => {
    const source = aLetterSource('<a href="{{event.url}}">a</a> <a href="{{url event.url}}">b</a>');
    const { html, links, refusedLinks } = await rendered(source, aContext({ data: { url } }));
    expect(html.match(/<a href="#"/g)).toHaveLength(2);
    expect(links).toEqual([]);
    expect(refusedLinks).toHaveLength(2);
  });

  it('in another script becomes ASCII', async () => {
    const { links } = await rendered(
      aLetterSource('<a href="{{event.url}}">a</a>'),
      aContext({ data: { url: 'https://магазин.рф/шапка' } }),
    );
    expect(links).toEqual([{ index: 0, url: 'https://xn--80aairftm.xn--p1ai/%D1%88%D0%B0%D0%BF%D0%BA%D0%B0' }]);
  });

  it('does not hide a picture that is not safe', async () => {
    const body =
      '<mj-image src="{{event.picture}}" alt="x" /><mj-table><tr><td background="{{event.picture}}">x</td></tr></mj-table>';
    const { html } = await rendered(anMjml(body), aContext({ data: { picture: 'javascript:1' } }));
    expect(html).toContain('src=""');
    expect(html).toContain('background=""');
  });
});

it('a letter says its language where its source says none, and fetches no font from anywhere', async () => {
  const { html } = await rendered(anMjml('<mj-text font-family="Roboto, sans-serif">x</mj-text>'), aContext(), 'ru');
  expect(html).toMatch(/<html[^>]* lang="ru"/);
  expect(html).not.toContain('fonts.googleapis');
});

describe('a signed letter', () => {
  const ids = {
    environmentId: '01890000-0000-7000-8000-000000000001',
    messageId: '01890000-0000-7000-8000-000000000002',
  };
  const key = createSecretKey(Buffer.alloc(32, 1));
  const signing = { keyId: 'k', key, baseUrl: 'https://mail.example', ...ids };

  it('leads each link through the redirect, in HTML and text alike, and carries the pixel', async () => {
    const template = await compiled(aLetterSource('{{#each event.items}}<a href="{{url url}}">p</a>{{/each}}'));
    const { html, text, links } = letterOf(template, aContext(), signing);
    expect(links.map(({ index, url }) => [index, url])).toEqual([
      [0, 'https://shop.example/p/coat'],
      [1, 'https://shop.example/p/scarf'],
      [2, 'https://shop.example/p/boots'],
    ]);
    const tokens = [...html.matchAll(/\/t\/c\/([\w-]+)"/g)].map((match) => match[1]!);
    expect([...text.matchAll(/\/t\/c\/([\w-]+)/g)].map((match) => match[1])).toEqual(tokens);
    expect(tokens.map((token) => verifyToken(token, 'click', () => key))).toEqual(
      links.map(({ index, url }) => ({ ok: true, claims: { purpose: 'click', ...ids, linkIndex: index, url } })),
    );
    const opened = /<img src="https:\/\/mail\.example\/t\/o\/([\w-]+)"[^>]*><\/body>/.exec(html);
    expect(verifyToken(opened![1]!, 'open', () => key)).toMatchObject({ ok: true, claims: ids });
    expect(html).toContain('href="https://mail.example/u/1"');
  });

  it('leads links that Outlook alone shows through the redirect, and no data there to anywhere but the web', async () => {
    const source = aLetterSource(
      '<!--[if mso]><v:roundrect href="{{event.url}}">x</v:roundrect><a href="https://shop.example/b">y</a><![endif]-->' +
        '<a href="https://shop.example/c">z</a>',
    );
    const letter = async (url: string) => letterOf(await compiled(source), aContext({ data: { url } }), signing);
    const { html, text, links } = await letter('https://shop.example/a');
    expect(links.map(({ url }) => url)).toEqual(['a', 'b', 'c'].map((page) => `https://shop.example/${page}`));
    const tokens = [...html.matchAll(/\/t\/c\/([\w-]+)"/g)].map((match) => match[1]!);
    expect(tokens).toHaveLength(3);
    expect([...text.matchAll(/\/t\/c\/([\w-]+)/g)].map((match) => match[1])).toEqual([tokens[2]]);
    const bad = await letter('javascript:alert(1)');
    expect(bad.html).toContain('<v:roundrect href="#">');
    expect(bad.refusedLinks).toHaveLength(1);
  });

  it('counts no click on its own pages, whatever prints their addresses', async () => {
    const source = aLetterSource(
      '<a href="{{url links.unsubscribe}}">a</a> <a href="{{#if event.total}}{{links.view}}{{/if}}">b</a> ' +
        '<a href="{{default links.confirm links.preferences}}">c</a>',
    );
    const { html, text, links } = letterOf(await compiled(source), aContext(), signing);
    expect(links).toEqual([]);
    for (const page of ['u', 'm', 'p']) {
      expect(html).toContain(`href="https://mail.example/${page}/1"`);
      expect(text).toContain(`: https://mail.example/${page}/1`);
    }
  });

  it('counts a link whose scheme somebody wrote in capitals', async () => {
    const source = aLetterSource('<a href="HTTP://shop.example/Sale">a</a> <a href="{{event.url}}">b</a>');
    const context = aContext({ data: { url: 'HTTPS://Shop.example/Cart?Id=A' } });
    const { html, links } = letterOf(await compiled(source), context, signing);
    expect(links.map(({ url }) => url)).toEqual(['http://shop.example/Sale', 'https://shop.example/Cart?Id=A']);
    expect(html.match(/href="https:\/\/mail\.example\/t\/c\//g)).toHaveLength(2);
  });
});

describe('the UTM parameters of a store', () => {
  const TAGS = 'utm_source=s&utm_campaign=c';
  const SOURCE = anMjml(
    '<mj-text><a href="https://shop.example/sale#top">a</a> {{#each event.items}}<a href="{{url url}}?ref=1">b</a>{{/each}}' +
      '<a href="mailto:help@shop.example">c</a> <a href="tel:+79990000000">d</a> <a href="{{links.preferences}}">e</a>' +
      '<a href="{{#if event.total}}{{links.view}}{{/if}}">f</a></mj-text><mj-image src="https://shop.example/i.png" />',
  );

  it('stand in every link to the web, in HTML and text, and nowhere else', async () => {
    const { html, text, links } = await rendered(SOURCE, aContext(), 'en', TAGS);
    expect(links.map(({ url }) => url)).toEqual([
      `https://shop.example/sale?${TAGS}#top`,
      ...['coat', 'scarf', 'boots'].map((name) => `https://shop.example/p/${name}?ref=1&${TAGS}`),
    ]);
    expect([...html.matchAll(/href="([^"]+)"/g)].map((match) => match[1])).toEqual([
      ...links.map(({ url }) => url.replaceAll('&', '&amp;')),
      'mailto:help@shop.example',
      'tel:+79990000000',
      'https://mail.example/p/1',
      'https://mail.example/m/1',
      'https://mail.example/u/1',
    ]);
    expect(html).toContain('src="https://shop.example/i.png"');
    expect(text).toContain(`https://shop.example/sale?${TAGS}#top`);
    expect(text.split('utm_source')).toHaveLength(5);
  });

  it('are signed with the address, and left out where it would become too long to be counted', async () => {
    const key = createSecretKey(Buffer.alloc(32, 1));
    const ids = {
      environmentId: '01890000-0000-7000-8000-000000000001',
      messageId: '01890000-0000-7000-8000-000000000002',
    };
    const long = `https://shop.example/${'x'.repeat(4_970)}`;
    const template = await compiled(aLetterSource('<a href="{{event.url}}">a</a>'));
    const signing = { keyId: 'k', key, baseUrl: 'https://mail.example', ...ids };
    const targetOf = (url: string) => {
      const { html } = letterOf(template, aContext({ data: { url } }), signing, TAGS);
      const verified = verifyToken(/\/t\/c\/([\w-]+)"/.exec(html)![1]!, 'click', () => key);
      return verified.ok ? verified.claims.url : verified.reason;
    };
    expect(targetOf('https://shop.example/a')).toBe(`https://shop.example/a?${TAGS}`);
    expect(targetOf(long)).toBe(long);
  });
});
