import type { Page, PageLocale } from '../page.js';

/** What is said where there is no letter to show. */
export interface ViewTexts {
  readonly gone: Page;
  readonly later: Page;
}

const EN: ViewTexts = {
  gone: {
    locale: 'en',
    title: 'This letter is no longer here',
    text: 'We do not keep letters for ever. It may still be in your mailbox.',
  },
  later: { locale: 'en', title: 'Please try again in a minute', text: 'We cannot show this letter just now.' },
};

const RU: ViewTexts = {
  gone: {
    locale: 'ru',
    title: 'Этого письма здесь больше нет',
    text: 'Мы не храним письма вечно. Возможно, оно ещё есть в вашей почте.',
  },
  later: { locale: 'ru', title: 'Попробуйте ещё раз через минуту', text: 'Сейчас показать письмо не получается.' },
};

const TEXTS: Readonly<Record<PageLocale, ViewTexts>> = { en: EN, ru: RU };

/** Texts in the language of the page's reader. */
export function viewTexts(locale: PageLocale): ViewTexts {
  return TEXTS[locale];
}
