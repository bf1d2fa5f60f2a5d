import { jest } from '@jest/globals';
import { chooseLocale } from './choose-locale.js';

describe('the locale of a letter', () => {
  it.each([
    ['ru', 'en', ['de', 'en', 'ru'], 'ru'],
    ['ru-RU', 'en', ['en', 'ru'], 'ru'],
    ['ru_RU', 'en', ['en', 'ru', 'ru-RU'], 'ru-RU'],
    ['RU', 'en', ['en', 'ru'], 'ru'],
    ['fi', 'en', ['fil', 'en'], 'en'],
    ['fr', 'ru', ['de', 'en', 'ru'], 'ru'],
    ['fr', 'ru-RU', ['de', 'en', 'ru'], 'ru'],
    [null, 'it', ['de', 'en'], 'en'],
    [null, 'it', ['de', 'fr'], 'de'],
    ['', 'ru', ['en', 'ru'], 'ru'],
  ])(
    "of a person with %j in a shop with %j is the person's, else the shop's, else English",
    (own, store, has, chosen) => {
      expect(chooseLocale(own, store, has)).toBe(chosen);
    },
  );

  it.each([
    ['ru', 'en', ['en-US', 'ru-RU'], 'ru-RU'],
    ['pt-PT', 'en', ['en', 'pt-BR'], 'pt-BR'],
    ['pt-PT', 'en', ['pt-BR', 'pt'], 'pt'],
    ['fr', 'ru', ['en-US', 'ru-RU'], 'ru-RU'],
    [null, 'it', ['de', 'en-GB'], 'en-GB'],
    ['zh-Hant-TW', 'en', ['en', 'zh-Hans', 'zh-Hant'], 'zh-Hant'],
    ['sr-Latn', 'en', ['sr', 'sr-Latn-RS'], 'sr-Latn-RS'],
    ['zh-TW', 'en', ['zh-Hans', 'zh-Hant'], 'zh-Hant'],
    ['zh-HK', 'en', ['zh-CN', 'zh-TW'], 'zh-TW'],
    ['zh-TW', 'en', ['zh', 'zh-Hant'], 'zh-Hant'],
    ['zh', 'en', ['zh-TW', 'zh-CN'], 'zh-CN'],
    ['zh-TW', 'en', ['en', 'zh'], 'zh'],
    ['sr-RS', 'en', ['sr-Latn', 'sr-Cyrl'], 'sr-Cyrl'],
    ['not_a-locale-', 'en', ['not-b', 'not-c'], 'not-b'],
  ])(
    'of a person with %j in a shop with %j is their language, whatever region it was written for',
    (own, store, has, chosen) => {
      expect(chooseLocale(own, store, has)).toBe(chosen);
    },
  );

  it('is not looked up anew for each letter: that takes as long as half of one', () => {
    const lookedUp = jest.spyOn(Intl.Locale.prototype, 'maximize');
    const choose = (): string => chooseLocale('en-NZ', 'en', ['en-GB', 'en-AU']);
    choose();
    expect(lookedUp).toHaveBeenCalled();
    lookedUp.mockClear();
    expect(choose()).toBe('en-GB');
    expect(lookedUp).not.toHaveBeenCalled();
    lookedUp.mockRestore();
  });
});
