import type { SuppressionReason } from '../contacts/suppressions.js';
import type { PageLocale } from './page.js';
import type { Reader } from './readers.js';

/** What pages say to somebody to whose address nothing is sent; `shop` is the store's name, '' for none. */
interface BlockTexts {
  readonly why: Readonly<Record<SuppressionReason, string>>;
  until(shop: string): string;
}

const EN: BlockTexts = {
  why: {
    hard_bounce: 'Letters to your address came back: they could not be delivered.',
    soft_bounces: 'Letters to your address could not be delivered on several days.',
    complaint: 'A letter to your address was reported as spam.',
    manual: 'Your address was put on the list of those that get no letters.',
  },
  until: (shop) =>
    'So nothing is sent to it at present, not even letters about your orders. ' +
    `Only ${shop || 'the shop'} can change that: please ask there.`,
};

const RU: BlockTexts = {
  why: {
    hard_bounce: 'Письма на ваш адрес вернулись: доставить их не удалось.',
    soft_bounces: 'Письма на ваш адрес не удавалось доставить несколько дней.',
    complaint: 'На письмо, которое пришло на ваш адрес, пожаловались как на спам.',
    manual: 'Ваш адрес внесли в список тех, на которые писем не отправляют.',
  },
  until: (shop) =>
    'Поэтому сейчас на него не отправляется ничего, даже письма о заказах. ' +
    `Изменить это может только ${shop ? `«${shop}»` : 'магазин'}: обратитесь туда.`,
};

const TEXTS: Readonly<Record<PageLocale, BlockTexts>> = { en: EN, ru: RU };

/** Why the reader gets nothing and who can change it; null for somebody whose address may be written to. */
export function blockText({ shop, block }: Pick<Reader, 'shop' | 'block'>, locale: PageLocale): string | null {
  if (block === null) return null;
  const texts = TEXTS[locale];
  return `${texts.why[block]} ${texts.until(shop)}`;
}
