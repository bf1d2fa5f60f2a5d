import { checkDraft } from './check-draft.js';

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
});
