import { LRUCache } from 'lru-cache';
import { TemplateError } from './template-error.js';

type Format = (amount: number) => string;

const formats = new LRUCache<string, Format>({ max: 200 });
/** Formatting takes longer than anything else in a letter, and the same prices come again in every one. */
const formatted = new LRUCache<string, string>({ max: 5_000 });
/**
 * Signs that Intl's Russian writes as codes, though shops of those countries print them and no other currency has them. Belarus is not
 * among them, for its «р.» is read as Russia's, and neither is Kyrgyzstan, whose sign few fonts can show.
 */
const SIGNS_IN_RUSSIAN: Readonly<Record<string, string>> = { KZT: '₸', GEL: '₾', AMD: '֏', AZN: '₼' };

/**
 * An amount as people of the locale write it: `5 980 ₽`, `$59.80`; whole amounts without their zeros.
 * @param value a number, a decimal string (formatted exactly), or `{ amount, currency }`
 * @param currency ISO 4217, used when the value brings none
 */
export function formatMoney(value: unknown, currency: unknown, locale: string): string {
  const { amount, currency: own } = isMoney(value) ? value : { amount: value, currency: undefined };
  const code = own ?? currency;
  if (!isAmount(amount)) throw new TemplateError('money: the amount is no number');
  if (typeof code !== 'string' || !isCurrencyCode(code)) throw new TemplateError('money: the currency is unknown');
  const key = `${locale} ${code} ${amount}`;
  const known = formatted.get(key);
  if (known !== undefined) return known;
  // Intl takes decimal strings as they are, where Number() would lose digits.
  const text = formatOf(locale, code.toUpperCase())(amount as number);
  formatted.set(key, text);
  return text;
}

/** Whether it has the form of an ISO 4217 code. */
export function isCurrencyCode(code: string): boolean {
  return /^[A-Za-z]{3}$/.test(code);
}

function formatOf(locale: string, currency: string): Format {
  const key = `${locale} ${currency}`;
  const known = formats.get(key);
  if (known) return known;
  const own = new Intl.NumberFormat(locale, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' });
  const sign = locale.split('-')[0] === 'ru' ? SIGNS_IN_RUSSIAN[currency] : undefined;
  const format: Format = (amount) => (sign === undefined ? own.format(amount) : withSign(own, amount, sign));
  formats.set(key, format);
  return format;
}

function withSign(format: Intl.NumberFormat, amount: number, sign: string): string {
  return format
    .formatToParts(amount)
    .map(({ type, value }) => (type === 'currency' ? sign : value))
    .join('');
}

function isMoney(value: unknown): value is { amount: unknown; currency?: unknown } {
  return typeof value === 'object' && value !== null && 'amount' in value;
}

function isAmount(value: unknown): value is number | string {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' && /^-?\d{1,30}(?:\.\d{1,20})?$/.test(value);
}
