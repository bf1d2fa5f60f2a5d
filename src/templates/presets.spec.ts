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
