import { blockText } from '../block-texts.js';
import type { Page, PageLocale } from '../page.js';
import type { Reader } from '../readers.js';

type Subscriber = Pick<Reader, 'shop' | 'block'>;

/** The pages of the confirmation link. To a blocked address nobody writes "from now on". */
export interface ConfirmationTexts {
  ask(reader: Subscriber): Page;
  done(reader: Subscriber): Page;
}

const EN: ConfirmationTexts = {
  ask: (reader) => ({
    locale: 'en',
    title: reader.shop ? `Get letters from ${reader.shop}?` : 'Get our letters?',
    text: joined(
      'You agree to get offers and reminders at this address. Every letter has a link to unsubscribe.',
      blockText(reader, 'en'),
    ),
    button: 'Confirm subscription',
  }),
  done: (reader) => ({
    locale: 'en',
    title: reader.block ? 'Thank you, we have kept your consent' : 'Thank you, you are subscribed',
    text:
      blockText(reader, 'en') ??
      joined(reader.shop && `From now on ${reader.shop} writes to you.`, 'You can close this page.'),
  }),
};

const RU: ConfirmationTexts = {
  ask: (reader) => ({
    locale: 'ru',
    title: reader.shop ? `Получать письма «${reader.shop}»?` : 'Получать наши письма?',
    text: joined(
      'Вы соглашаетесь получать предложения и напоминания на этот адрес. Отписаться можно в любом письме.',
      blockText(reader, 'ru'),
    ),
    button: 'Подтвердить подписку',
  }),
  done: (reader) => ({
    locale: 'ru',
    title: reader.block ? 'Спасибо, мы сохранили ваше согласие' : 'Спасибо, вы подписаны',
    text:
      blockText(reader, 'ru') ??
      joined(reader.shop && `Теперь «${reader.shop}» будет вам писать.`, 'Эту страницу можно закрыть.'),
  }),
};

function joined(...sentences: readonly (string | null)[]): string {
  return sentences.filter(Boolean).join(' ');
}

const TEXTS: Readonly<Record<PageLocale, ConfirmationTexts>> = { en: EN, ru: RU };

/** Texts in the language of the page's reader. */
export function confirmationTexts(locale: PageLocale): ConfirmationTexts {
  return TEXTS[locale];
}
