import { readdirSync, readFileSync } from 'node:fs';
import { aContext, rendered } from './letter.builder.js';

const FOLDER = new URL('../../templates/', import.meta.url);
const LETTERS = readdirSync(FOLDER)
  .flatMap((preset) => readdirSync(new URL(`${preset}/`, FOLDER)).map((file) => `${preset}/${file}`))
  .filter((path) => path.endsWith('.mjml'));
const BUTTON = /class="button"/;
const PROMISE = /button below|кнопке\s+ниже/;

const letterOf = async (path: string, data: object): ReturnType<typeof rendered> =>
  rendered(readFileSync(new URL(path, FOLDER), 'utf8'), aContext({ data }), path.split('.').at(-2));

const MANY = Array.from({ length: 30 }, (_, index) => ({ title: `Thing ${index}`, price: 1, quantity: 1 }));

describe('a letter of a preset, of more things than it shows,', () => {
  it.each(LETTERS)('promises a button only where it has one: %s', async (path) => {
    for (const url of ['https://shop.example/81', null]) {
      const { html, text } = await letterOf(path, { items: MANY, url });
      expect(PROMISE.test(text) && !BUTTON.test(html)).toBe(false);
    }
  });

  it('says where the others are', async () => {
    const [en, ru] = await Promise.all(
      ['en', 'ru'].map((locale) => letterOf(`abandoned-cart/reminder.${locale}.mjml`, { items: MANY })),
    );
    expect(en!.html).toMatch(BUTTON);
    expect(en!.text).toContain('…and more behind the button below');
    expect(ru!.text).toContain('…и другие товары\u00a0— по\u00a0кнопке ниже');
  });
});

describe('a letter of a preset that shows money', () => {
  it.each(LETTERS)('shows nothing to pay the same as number and as text: %s', async (path) => {
    const of = (zero: number | string) => {
      const items = [{ title: 'A gift', price: zero, quantity: 1 }];
      return letterOf(path, { items, total: zero, price: zero });
    };
    const [asNumber, asText] = await Promise.all([of(0), of('0')]);
    expect(asNumber.text).toBe(asText.text);
    expect(asNumber.html).toBe(asText.html);
  });

  it('shows a gift with its price', async () => {
    const items = [{ title: 'A gift', price: 0, quantity: 1 }];
    const { text } = await letterOf('abandoned-cart/reminder.ru.mjml', { items, total: null });
    expect(text).toContain('0\u00a0₽');
  });
});

describe('the checkout’s three steps', () => {
  it.each(['en', 'ru'])('keep their bars in one line where a narrow screen breaks a word: %s', (locale) => {
    const source = readFileSync(new URL(`abandoned-checkout/finish.${locale}.mjml`, FOLDER), 'utf8');
    const steps = source.match(/<td [^>]*>(?=\s*<div class="(?:done|rest)")/g) ?? [];
    expect(steps.map((step) => step.includes('vertical-align: top'))).toEqual([true, true, true]);
  });
});
