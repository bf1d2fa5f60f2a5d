import Handlebars from 'handlebars';
import { aLetterSource } from '../letter.builder.js';
import { compileTemplate } from './compile-template.js';
import { missingForms } from './missing-forms.js';

const advice = (forms: string, locale: string) =>
  missingForms(Handlebars.parse(`{{plural event.n ${forms}}}`), locale).map(({ detail }) => detail);

describe('a call of plural with too few forms for its locale', () => {
  it.each([
    ['ru', 'one="товар" other="товары"', '2 and 5 in ru: give it few= and many='],
    ['ru', 'one="товар"', '2 and 5 in ru: give it few= and many='],
    ['ru', 'one="товар" few="товара"', '5 in ru: give it many='],
    ['ru', 'few="товара" many="товаров"', '1 in ru: give it one='],
    ['pl', 'one="produkt" other="produkty"', '2 and 5 in pl: give it few= and many='],
    ['cs', 'one="kus" other="kusů"', '2 in cs: give it few='],
    ['ar', 'one="a" two="b" few="c" other="d"', '11 in ar: give it many='],
    ['en', 'one="item"', '2 in en: give it other='],
    ['en-GB', 'other="items" many="items!"', '1 in en-GB: give it one='],
  ])('is told of in %s: %s', (locale, forms, detail) => {
    expect(advice(forms, locale)).toEqual([`plural has no form of its own for ${detail}`]);
  });

  it.each([
    ['ru', 'one="товар" few="товара" many="товаров"'],
    ['ru', 'one="товар" few="товара" other="товаров"'],
    ['ru', 'one="пальто" other="пальто"'],
    ['ru', 'one=event.one few=event.few many=event.many'],
    ['ru', 'other="шт."'],
    ['en', 'one="item" other="items"'],
    ['fr', 'one="article" other="articles"'],
    ['es', 'one="artículo" other="artículos"'],
    ['he', 'one="פריט" other="פריטים"'],
    ['kk', 'other="тауар"'],
    ['ja', 'other="点"'],
  ])('is not told of in %s where nothing is missing: %s', (locale, forms) => {
    expect(advice(forms, locale)).toEqual([]);
  });

  it('is found within blocks and other calls, with its line, and refuses nothing', async () => {
    const call = '(plural event.n one="товар" other="товары")';
    const outcome = await compileTemplate(aLetterSource(`{{#if event.n}}\n{{default ${call} "x"}}{{/if}}`), 'ru');
    expect(outcome.ok && outcome.compiled.problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'missing_plural_form', pointer: '/locales/ru', line: 2 }),
    );
  });
});
