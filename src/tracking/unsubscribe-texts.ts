import type { Page, PageLocale } from './page.js';

/** The pages of the unsubscribe link, in the words of each language; `shop` is the store's name, '' while it cannot be read. */
export interface UnsubscribeTexts {
  ask(shop: string): Page;
  done(shop: string): Page;
  tryAgain(): Page;
  notFound(): Page;
}

const EN: UnsubscribeTexts = {
  ask: (shop) => ({
    locale: 'en',
    title: shop ? `Unsubscribe from ${shop}?` : 'Unsubscribe from our letters?',
    text: 'You will get no more offers and reminders. Letters about your orders will still arrive.',
    button: 'Unsubscribe',
  }),
  done: (shop) => ({
    locale: 'en',
    title: 'You are unsubscribed',
    text: `${shop || 'We'} will send you no more offers and reminders. Letters about your orders will still arrive.`,
  }),
  tryAgain: () => ({
    locale: 'en',
    title: 'Please try again in a minute',
    text: 'We could not save this just now. Nothing has changed yet.',
    button: 'Try again',
  }),
  notFound: () => ({
    locale: 'en',
    title: 'This link does not work',
    text: 'It is incomplete or no longer valid. Please open it from the letter once more.',
  }),
};

const RU: UnsubscribeTexts = {
  ask: (shop) => ({
    locale: 'ru',
    title: shop ? `Отписаться от писем «${shop}»?` : 'Отписаться от наших писем?',
    text: 'Предложения и напоминания больше не придут. Письма о ваших заказах приходить будут.',
    button: 'Отписаться',
  }),
  done: (shop) => ({
    locale: 'ru',
    title: 'Вы отписались',
    text: `${shop ? `«${shop}» больше не пришлёт` : 'Мы больше не пришлём'} предложений и напоминаний. Письма о ваших заказах приходить будут.`,
  }),
  tryAgain: () => ({
    locale: 'ru',
    title: 'Попробуйте ещё раз через минуту',
    text: 'Сейчас сохранить не получилось. Пока ничего не изменилось.',
    button: 'Повторить',
  }),
  notFound: () => ({
    locale: 'ru',
    title: 'Ссылка не работает',
    text: 'Она неполная или больше не действует. Откройте её из письма ещё раз.',
  }),
};

/** Texts in the language of the page's reader. */
export function unsubscribeTexts(locale: PageLocale): UnsubscribeTexts {
  return locale === 'ru' ? RU : EN;
}
