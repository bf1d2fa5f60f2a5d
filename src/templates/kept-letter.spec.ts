import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { SourceText } from './kept/letter-source.js';
import { openLetter } from './kept/open-letter.js';
import type { CompiledLocale } from './compile/compiled-template.js';
import { aContext, anMjml, compiled, keptLetter } from './letter.builder.js';
import { type FilledLetter, LetterTemplate } from './letter-template.js';
import { plainLetter } from './plain-handlebars.builder.js';

const LONG = 'A text of the template that is long enough to become a mark, ';
const SOURCES: Readonly<Record<string, string>> = {
  loops: anMjml(
    `<mj-text>${LONG}{{#each event.items as |item at|}}<p style="margin:0">${LONG}{{at}} {{@index}} {{item.title}} {{this.note}}
      {{#each lines}}{{this}} {{@key}}/{{@../index}} {{../title}} {{event.cartId}} {{@root.now}}{{#unless @last}}, {{/unless}}{{else}}${LONG}nothing{{/each}}</p>
      {{#if (gt @index 0)}}not the first{{else if @first}}${LONG}first{{/if}}{{else}}no items{{/each}}</mj-text>`,
  ),
  links: anMjml(
    `<mj-text><a href="https://shop.example/sale?a=1&amp;b=2">sale</a>
      {{#each event.items}}<a href="{{this.url}}">{{title}}</a> <a href="https://shop.example/{{id}}?q={{note}}">${LONG}</a>{{/each}}
      {{#if links.view}}<a href="{{links.view}}">view</a> {{links.preferences}}{{/if}} {{#with links}}{{unsubscribe}}{{/with}}</mj-text>
      <mj-raw>{{#each event.items}}</mj-raw><mj-image src="{{picture}}" alt="{{title}}" /><mj-raw>{{/each}}</mj-raw>`,
  ),
  words: anMjml(
    `<mj-text>Здравствуйте, {{default contact.firstName "друг 👋"}}! Длинный русский текст, который станет меткой.
      {{#with event.data as |data|}}{{data.cartId}} {{total}}{{/with}} {{money event.total}} {{plural event.items.length one="товар" few="товара" many="товаров" other="товара"}}
      {{#unless event.none}}{{eq event.cartId "81"}} {{and event.cartId event.total}}{{/unless}} {{~ event.cartId ~}} ${LONG}</mj-text>
      <mj-raw>{{#if event.items}}</mj-raw><mj-text color="{{store.brand.colors.primary}}">${LONG}</mj-text><mj-raw>{{/if}}</mj-raw>`,
    '{{event.cartId}} {{contact.firstName}}',
  ),
};

/** Whatever a shop may send, texts that look like marks and markup among it; NUL alone cannot come. */
const aWord = fc
  .oneof(
    fc.constantFrom(
      '0,192;',
      'L0;',
      'P1;',
      '\u0001O;',
      ';',
      '\n\n\n',
      '&amp;',
      `"'<b>=\``,
      '👩‍👩‍👧',
      'Тёплая куртка',
      '\u202E',
      '{{x}}',
    ),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  .map((text) => text.replaceAll('\0', ''));
const aUrl = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  aWord,
  fc.constant('https://магазин.рф/я'),
);
const anItem = fc.record({
  id: fc.nat(),
  title: aWord,
  note: fc.oneof(aWord, fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
  url: aUrl,
  picture: aUrl,
  lines: fc.oneof(fc.array(aWord, { maxLength: 3 }), fc.constant({ a: 'x', b: 'y' })),
});
const aLetter = fc.record({
  data: fc.record({
    cartId: aWord,
    total: fc.integer({ min: 0, max: 9e6 }),
    items: fc.array(anItem, { maxLength: 4 }),
  }),
  contact: fc.record({ firstName: fc.oneof(aWord, fc.constant(null)) }),
  isSigned: fc.boolean(),
  tags: fc.constantFrom(null, 'utm_source=s&utm_campaign=%D1%84'),
});

const IDS = {
  environmentId: '01890000-0000-7000-8000-000000000001',
  messageId: '01890000-0000-7000-8000-000000000002',
};
const SIGNING = { keyId: 'k1', key: createSecretKey(Buffer.alloc(32, 7)), baseUrl: 'https://mail.example/a&b', ...IDS };

describe('a letter that is kept', () => {
  const locales = new Map<string, CompiledLocale>();
  beforeAll(async () => {
    for (const [name, source] of Object.entries(SOURCES)) locales.set(name, await compiled(source, 'ru'));
  });

  it.each(Object.keys(SOURCES))('is read back as Handlebars alone would have made it (%s)', (name) => {
    const locale = locales.get(name)!;
    const template = new LetterTemplate('ru', locale);
    fc.assert(
      fc.property(aLetter, ({ data, contact, isSigned, tags }) => {
        // As it reaches the thread.
        const context = aContext(JSON.parse(JSON.stringify({ data, contact })) as object);
        // The subject must not be empty; what it is made of matters elsewhere.
        fc.pre(/[^\p{C}\s]/u.test(data.cartId) || name !== 'words');
        const signing = isSigned ? SIGNING : null;
        const filled = template.fill(context, signing, tags);
        const opened = openLetter(keptLetter(filled), filled.facts, locale);
        const plain = plainLetter(locale, 'ru', context, signing, tags);
        expect(opened.html).toBe(plain.html);
        expect(opened.text).toBe(plain.text);
      }),
      { numRuns: 100 },
    );
  });

  it('takes a fraction of the letter', () => {
    const template = new LetterTemplate('ru', locales.get('loops')!);
    const filled = template.fill(aContext({ data: { items: [] } }), SIGNING);
    expect(keptLetter(filled).length * 4).toBeLessThan(filled.record.chars[0]);
  });

  it('has as much of its template as a mark says, also where two marks begin at one place', () => {
    const source = new SourceText('a text of the template');
    expect([6, 1, 6].map((length) => Buffer.from(source.piece(0, length)).toString())).toEqual([
      'a text',
      'a',
      'a text',
    ]);
  });

  it('prints no NUL that data brought, and none of it is taken for a mark', () => {
    const locale = locales.get('words')!;
    const mark = '\x000,30;';
    const context = aContext({ data: { cartId: mark }, contact: { firstName: mark } });
    const filled = new LetterTemplate('ru', locale).fill(context, SIGNING);
    const { html, text } = openLetter(keptLetter(filled), filled.facts, locale);
    expect(html).toContain('0,30;');
    expect(html + text).not.toContain('\0');
    expect(html).not.toContain(locale.html.slice(0, 30).repeat(2));
  });

  describe('is an error and never shown', () => {
    const letter = (): { bytes: Buffer; filled: FilledLetter; locale: CompiledLocale } => {
      const locale = locales.get('links')!;
      const item = { id: 1, title: 'a', note: '', url: 'https://shop.example/a', picture: '', lines: [] };
      const filled = new LetterTemplate('ru', locale).fill(aContext({ data: { items: [item] } }), SIGNING);
      return { bytes: keptLetter(filled), filled, locale };
    };

    it('when one of its bytes changed', () => {
      const { bytes, filled, locale } = letter();
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = damaged[at]! ^ change;
          expect(() => openLetter(damaged, filled.facts, locale)).toThrow();
        }),
      );
      expect(() => openLetter(bytes.subarray(0, 5), filled.facts, locale)).toThrow();
    });

    it('when the template is not the one that it was made of', () => {
      const { bytes, filled, locale } = letter();
      const other = { ...locale, html: locale.html.replace('mark', 'Mark') };
      expect(() => openLetter(bytes, filled.facts, other)).toThrow('made of another template');
    });

    it('when its row says another message or another link', () => {
      const { bytes, filled, locale } = letter();
      const { facts } = filled;
      const [first, ...rest] = facts.urls;
      for (const changed of [
        { ...facts, messageId: facts.environmentId },
        { ...facts, urls: [...rest, first!] },
        { ...facts, urls: rest },
      ])
        expect(() => openLetter(bytes, changed, locale)).toThrow('damaged');
    });
  });
});

it('a letter is too large by what it opens to, however little of it is kept', async () => {
  const long = 'word '.repeat(2_400);
  const loop = (name: string) => `{{#each event.${name}}}${long}{{/each}}`;
  const template = await compiled(anMjml(`<mj-text>${loop('a')}</mj-text><mj-text>${loop('b')}</mj-text>`));
  const filled = (a: number, b: number) =>
    new LetterTemplate('en', template).fill(aContext({ data: { a: Array(a).fill(1), b: Array(b).fill(1) } }), null);
  expect(filled(50, 0).record.html.length).toBeLessThan(20_000);
  expect(() => filled(50, 50)).toThrow('the letter is too large');
  expect(() => filled(100, 0)).toThrow('the letter grows too large in a loop');
});
