import { LRUCache } from 'lru-cache';
import { TemplateError } from './template-error.js';

const formats = new LRUCache<string, Intl.NumberFormat>({ max: 200 });
/** Formatting takes longer than anything else in a letter, and the same prices come again in every one. */
const formatted = new LRUCache<string, string>({ max: 5_000 });

/**
 * An amount as people of the locale write it: `5 980 ₽`, `$59.80`; whole amounts without their zeros.
 * @param value a number, a decimal string (formatted exactly), or `{ amount, currency }`
 * @param currency ISO 4217, used when the value brings none
 */
export function formatMoney(value: unknown, currency: unknown, locale: string): string {
  const { amount, currency: own } = isMoney(value) ? value : { amount: value, currency: undefined };
  const code = own ?? currency;
  if (!isAmount(amount)) throw new TemplateError('money: the amount is no number');
  if (typeof code !== 'string' || !/^[A-Za-z]{3}$/.test(code))
    throw new TemplateError('money: the currency is unknown');
  const key = `${locale} ${code} ${amount}`;
  const known = formatted.get(key);
  if (known !== undefined) return known;
  // Intl takes decimal strings as they are, where Number() would lose digits.
  const text = formatOf(locale, code.toUpperCase()).format(amount as number);
  formatted.set(key, text);
  return text;
}

function formatOf(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' });
  formats.set(key, format);
  return format;
}

function isMoney(value: unknown): value is { amount: unknown; currency?: unknown } {
  return typeof value === 'object' && value !== null && 'amount' in value;
}

function isAmount(value: unknown): value is number | string {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' && /^-?\d{1,30}(?:\.\d{1,20})?$/.test(value);
}
