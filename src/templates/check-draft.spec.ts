import { strictValidation } from '../platform/http/validation-pipe.js';
import { checkDraft } from './check-draft.js';
import { PreviewDto, TemplateDto } from './template.dto.js';

describe('a template', () => {
  it.each(['en', 'pt-BR', 'zh-Hans-CN', 'sr-Latn', 'es-419'])('may be written in %s', (locale) => {
    expect(() => checkDraft('folder/name', { [locale]: '<mjml></mjml>' })).not.toThrow();
    expect(new Intl.PluralRules(locale).select(1)).toEqual(expect.any(String));
  });

  it.each(['zh-CN-Hans', 'en-US-GB', 'de-a1', 'english', 'en_US'])(
    'is refused in %s, in which no money, date or plural can be written',
    (locale) => {
      expect(() => checkDraft('folder/name', { [locale]: '<mjml></mjml>' })).toThrow(
        expect.objectContaining({ errors: [expect.objectContaining({ code: 'invalid_locale' })] }) as Error,
      );
    },
  );

  it.each([
    { event: [] },
    { event: 'cart.updated' },
    { event: null },
    { contact: null },
    { contact: {}, events: {} },
    { type: 'cart.updated', data: {} },
  ])('takes no sample that holds anything but an event and a contact: %j', async (sample) => {
    for (const metatype of [TemplateDto, PreviewDto])
      await expect(
        strictValidation().transform({ locales: {}, sample }, { type: 'body', metatype }),
      ).rejects.toMatchObject({
        errors: expect.arrayContaining([expect.objectContaining({ pointer: '/sample', code: 'sample' })]),
      });
  });

  it.each<readonly [object | null]>([
    [{}],
    [{ event: { total: 5, valueOf: 5 } }],
    [{ event: {}, contact: {} }],
    [null],
  ])('takes the sample %j', async (sample) => {
    const dto = { locales: {}, sample };
    expect(await strictValidation().transform(dto, { type: 'body', metatype: TemplateDto })).toMatchObject(dto);
  });
});
