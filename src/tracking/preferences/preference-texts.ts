import type { DeclinableClass } from '../../domain/preferences.js';
import type { PageLocale } from '../page.js';
import type { PreferenceAction } from './preference-form.js';

/** The words of the preference page; `until` is a day as people write it. */
export interface PreferenceTexts {
  title(shop: string): string;
  readonly topics: string;
  readonly classes: Readonly<Record<DeclinableClass, string>>;
  readonly alwaysSent: string;
  readonly language: string;
  readonly save: string;
  readonly pauseTitle: string;
  readonly pauseText: string;
  readonly pause: string;
  pausedTitle(until: string): string;
  readonly pausedText: string;
  readonly resume: string;
  readonly stopTitle: string;
  readonly stopText: string;
  readonly stop: string;
  readonly stopped: string;
  readonly subscribe: string;
  /** Said to somebody to whose address nothing is sent, of what they choose all the same. */
  readonly keptForLater: string;
  /** Instead of `done.subscribe`, to the same and to somebody who has to confirm their address first. */
  readonly consentKept: string;
  /** What is said above the page when a button has done its work. */
  readonly done: Readonly<Record<PreferenceAction, string>>;
}

const EN: PreferenceTexts = {
  title: (shop) => (shop ? `Letters from ${shop}` : 'Your letters'),
  topics: 'What would you like to get?',
  classes: { marketing: 'Offers and reminders', care: 'Thank-you notes and tips' },
  alwaysSent: 'Letters about your orders always arrive, whatever you choose here.',
  language: 'Language of the letters',
  save: 'Save',
  pauseTitle: 'Need a break?',
  pauseText: 'For 30 days you will only get letters about your orders. Then everything goes on as you chose.',
  pause: 'Pause for 30 days',
  pausedTitle: (until) => `Paused until ${until}`,
  pausedText: 'Until then you will only get letters about your orders.',
  resume: 'End the pause now',
  stopTitle: 'Too many letters?',
  stopText: 'You will get no more offers, reminders and tips.',
  stop: 'Unsubscribe from everything',
  stopped: 'You get letters about your orders only: no offers, reminders or tips.',
  subscribe: 'Get offers and reminders',
  keptForLater: 'What you choose here is kept and counts from then on.',
  consentKept: 'We have kept your wish to get offers and reminders.',
  done: {
    save: 'Saved.',
    pause: 'Your letters are paused.',
    resume: 'The pause is over.',
    unsubscribe: 'You are unsubscribed from everything.',
    subscribe: 'You are subscribed. Choose below what you would like to get.',
  },
};

const RU: PreferenceTexts = {
  title: (shop) => (shop ? `Письма «${shop}»` : 'Ваши письма'),
  topics: 'Что вам присылать?',
  classes: { marketing: 'Предложения и напоминания', care: 'Благодарности и советы' },
  alwaysSent: 'Письма о ваших заказах приходят всегда, что бы вы здесь ни выбрали.',
  language: 'Язык писем',
  save: 'Сохранить',
  pauseTitle: 'Нужен перерыв?',
  pauseText: '30 дней будут приходить только письма о ваших заказах. Потом всё пойдёт так, как вы выбрали.',
  pause: 'Сделать паузу на 30 дней',
  pausedTitle: (until) => `Пауза до ${until}`,
  pausedText: 'До этого дня приходят только письма о ваших заказах.',
  resume: 'Закончить паузу сейчас',
  stopTitle: 'Писем слишком много?',
  stopText: 'Предложения, напоминания и советы больше не придут.',
  stop: 'Отписаться от всего',
  stopped: 'Вам приходят только письма о заказах: никаких предложений, напоминаний и советов.',
  subscribe: 'Получать предложения и напоминания',
  keptForLater: 'То, что вы выберете здесь, сохранится и будет действовать с того времени.',
  consentKept: 'Мы запомнили, что вы хотите получать предложения и напоминания.',
  done: {
    save: 'Сохранили.',
    pause: 'Пауза включена.',
    resume: 'Пауза закончилась.',
    unsubscribe: 'Вы отписались от всего.',
    subscribe: 'Вы подписаны. Ниже можно выбрать, что вам присылать.',
  },
};

const TEXTS: Readonly<Record<PageLocale, PreferenceTexts>> = { en: EN, ru: RU };

/** Texts in the language of the page's reader. */
export function preferenceTexts(locale: PageLocale): PreferenceTexts {
  return TEXTS[locale];
}
