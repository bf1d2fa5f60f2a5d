import { blockText } from './block-texts.js';
import type { Page, PageLocale } from './page.js';
import type { Reader } from './readers.js';

/** Of the reader; a shop without a name, or one that cannot be read now, is ''. */
type Subscriber = Pick<Reader, 'shop' | 'block'>;

/** The pages of the unsubscribe link, in the words of each language. */
export interface UnsubscribeTexts {
  ask(reader: Subscriber): Page;
  done(reader: Subscriber): Page;
  tryAgain(): Page;
  notFound(): Page;
}

const ORDERS_EN = 'Letters about your orders will still arrive.';
const ORDERS_RU = 'Письма о ваших заказах приходить будут.';

const EN: UnsubscribeTexts = {
  ask: (reader) => ({
    locale: 'en',
    title: reader.shop ? `Unsubscribe from ${reader.shop}?` : 'Unsubscribe from our letters?',
    text: `You will get no more offers and reminders. ${blockText(reader, 'en') ?? ORDERS_EN}`,
    button: 'Unsubscribe',
  }),
  done: (reader) => ({
    locale: 'en',
    title: 'You are unsubscribed',
    text: `${reader.shop || 'We'} will send you no more offers and reminders. ${blockText(reader, 'en') ?? ORDERS_EN}`,
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
  ask: (reader) => ({
    locale: 'ru',
    title: reader.shop ? `Отписаться от писем «${reader.shop}»?` : 'Отписаться от наших писем?',
    text: `Предложения и напоминания больше не придут. ${blockText(reader, 'ru') ?? ORDERS_RU}`,
    button: 'Отписаться',
  }),
  done: (reader) => ({
    locale: 'ru',
    title: 'Вы отписались',
    text: `${reader.shop ? `«${reader.shop}» больше не пришлёт` : 'Мы больше не пришлём'} предложений и напоминаний. ${blockText(reader, 'ru') ?? ORDERS_RU}`,
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

const TEXTS: Readonly<Record<PageLocale, UnsubscribeTexts>> = { en: EN, ru: RU };

/** Texts in the language of the page's reader. */
export function unsubscribeTexts(locale: PageLocale): UnsubscribeTexts {
  return TEXTS[locale];
}
