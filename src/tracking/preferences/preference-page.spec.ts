import { SUPPRESSION_REASONS } from '../../contacts/suppressions.js';
import { blockText } from '../block-texts.js';
import { confirmationTexts } from '../confirmation/confirmation-texts.js';
import { unsubscribeTexts } from '../unsubscribe-texts.js';
import { type PreferenceAction, preferenceForm } from './preference-form.js';
import { preferenceHtml, type PreferenceView } from './preference-page.js';

const VIEW: PreferenceView = {
  shop: 'Shop',
  block: null,
  isSubscribed: true,
  groups: [],
  declined: [],
  pausedUntil: null,
  timezone: 'UTC',
  language: 'de',
  storeLanguage: 'de',
};

describe('the language of letters on the preference page', () => {
  /** The page's options, and what a browser posts when another one is chosen, or none is touched (null). */
  const page = (view: Partial<PreferenceView>) => {
    const html = preferenceHtml({ ...VIEW, ...view }, 'en', null);
    const options = [...html.matchAll(/<option value="([^"]+)"( selected)?>([^<]+)/g)].map(([, code, on, name]) => ({
      code: code!,
      isSelected: on !== undefined,
      name: name!,
    }));
    const shown = /name="shown-language" value="([^"]+)"/.exec(html)![1]!;
    const selected = options.find(({ isSelected }) => isSelected)!.code;
    const posted = (choice: string | null) =>
      preferenceForm(new URLSearchParams({ action: 'save', 'shown-language': shown, language: choice ?? selected }))!
        .language;
    return { options, selected, posted };
  };

  it('is selected as letters have it, and offered beside the languages of the page', () => {
    const { options, selected } = page({});
    expect(selected).toBe('de');
    expect(options.map(({ code, name }) => [code, name])).toEqual([
      ['en', 'English'],
      ['ru', 'Русский'],
      ['de', 'German'],
    ]);
  });

  it.each(['de', 'en', 'en-GB', 'ru_RU', 'pt-BR'])('stays %s when only something else is changed', (language) => {
    expect(page({ language }).posted(null)).toBeNull();
    expect(page({ language, isSubscribed: false }).posted(null)).toBeNull();
  });

  it('is another one when another one is chosen, also the store’s again', () => {
    expect(page({}).posted('ru')).toBe('ru');
    expect(page({ language: 'ru' }).posted('de')).toBe('de');
  });

  it('stands once in a list, whoever has it', () => {
    const codes = (view: Partial<PreferenceView>) => page(view).options.map(({ code }) => code);
    expect(codes({ language: 'en-GB', storeLanguage: 'en-US' })).toEqual(['en', 'ru']);
    expect(codes({ language: 'fr', storeLanguage: 'de' })).toEqual(['en', 'ru', 'de', 'fr']);
  });

  it('is not taken from a page that does not say what it showed, nor when it is no locale', () => {
    expect(preferenceForm(new URLSearchParams('action=save&language=en'))!.language).toBeNull();
    expect(page({}).posted('<b>')).toBeNull();
  });
});

describe('the preference page of somebody to whose address nothing is sent', () => {
  const page = (view: Partial<PreferenceView>, locale: 'en' | 'ru' = 'en', done: PreferenceAction | null = null) =>
    preferenceHtml({ ...VIEW, block: 'hard_bounce', ...view }, locale, done);

  it.each(SUPPRESSION_REASONS)('says why (%s) and that only the shop can change it, in both languages', (block) => {
    expect(page({ block })).toContain('Only Shop can change that: please ask there.');
    expect(page({ block }, 'ru')).toContain('Изменить это может только «Shop»: обратитесь туда.');
    expect(page({ block })).not.toBe(page({ block: null }));
  });

  it.each([true, false])('promises no letter, neither now nor about orders (subscribed: %s)', (isSubscribed) => {
    const html = page({ isSubscribed }) + page({ isSubscribed }, 'en', 'subscribe');
    expect(html).not.toMatch(/always arrive|You get letters|You are subscribed|only get letters/);
    const russian = page({ isSubscribed }, 'ru') + page({ isSubscribed }, 'ru', 'subscribe');
    expect(russian).not.toMatch(/приходят|Вы подписаны|будут приходить/);
  });

  it('still takes wishes and farewells, but offers no pause from nothing', () => {
    const actions = (view: Partial<PreferenceView>) =>
      [...page(view).matchAll(/name="action" value="([^"]+)"/g)].map(([, action]) => action);
    expect(actions({})).toEqual(['save', 'unsubscribe']);
    expect(actions({ isSubscribed: false })).toEqual(['subscribe', 'save']);
  });
});

describe('the pages of unsubscribing and confirming, of somebody to whose address nothing is sent', () => {
  const reader = { shop: 'Shop', block: 'complaint' } as const;

  it.each(['en', 'ru'] as const)('promise no letters (%s)', (locale) => {
    const pages = [unsubscribeTexts(locale), confirmationTexts(locale)].flatMap((texts) => [
      texts.ask(reader),
      texts.done(reader),
    ]);
    for (const { title, text } of pages) {
      expect(text).toContain(blockText(reader, locale)!);
      expect(title + text).not.toMatch(
        /still arrive|you are subscribed|From now on|приходить будут|вы подписаны|Теперь/,
      );
    }
  });
});
