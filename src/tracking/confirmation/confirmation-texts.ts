import type { Page, PageLocale } from '../page.js';

/** The pages of the confirmation link; `shop` is the store's name. */
export interface ConfirmationTexts {
  ask(shop: string): Page;
  done(shop: string): Page;
}

const EN: ConfirmationTexts = {
  ask: (shop) => ({
    locale: 'en',
    title: shop ? `Get letters from ${shop}?` : 'Get our letters?',
    text: 'You agree to get offers and reminders at this address. Every letter has a link to unsubscribe.',
    button: 'Confirm subscription',
  }),
  done: (shop) => ({
    locale: 'en',
    title: 'Thank you, you are subscribed',
    text: shop ? `From now on ${shop} writes to you. You can close this page.` : 'You can close this page.',
  }),
};

const RU: ConfirmationTexts = {
  ask: (shop) => ({
    locale: 'ru',
    title: shop ? `Получать письма «${shop}»?` : 'Получать наши письма?',
    text: 'Вы соглашаетесь получать предложения и напоминания на этот адрес. Отписаться можно в любом письме.',
    button: 'Подтвердить подписку',
  }),
  done: (shop) => ({
    locale: 'ru',
    title: 'Спасибо, вы подписаны',
    text: shop ? `Теперь «${shop}» будет вам писать. Эту страницу можно закрыть.` : 'Эту страницу можно закрыть.',
  }),
};

/** Texts in the language of the page's reader. */
export function confirmationTexts(locale: PageLocale): ConfirmationTexts {
  return locale === 'ru' ? RU : EN;
}
