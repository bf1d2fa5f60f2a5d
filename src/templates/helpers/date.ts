import { LRUCache } from 'lru-cache';
import { TemplateError } from './template-error.js';

const STYLES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  short: { dateStyle: 'short' },
  long: { dateStyle: 'long' },
  time: { timeStyle: 'short' },
  datetime: { dateStyle: 'long', timeStyle: 'short' },
};
const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

/**
 * An instant as people of the locale write it, in the given zone. A date without a time (`2026-11-21`) is that day
 * everywhere.
 * @param style `short`, `long`, `time` or `datetime`
 */
export function formatDate(value: unknown, style: string, locale: string, zone: string): string {
  const options = Object.hasOwn(STYLES, style) ? STYLES[style] : undefined;
  if (!options) throw new TemplateError(`date: the style is one of ${Object.keys(STYLES).join(', ')}`);
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d(?:T|$)/.test(value) || Number.isNaN(Date.parse(value)))
    throw new TemplateError('date: the value is no ISO 8601 date or instant');
  return formatOf(locale, value.includes('T') ? zone : 'UTC', style, options).format(new Date(value));
}

/** Whether Intl knows the zone. */
export function isZone(zone: unknown): zone is string {
  if (typeof zone !== 'string' || zone === '') return false;
  try {
    formatOf('en', zone, 'short', STYLES['short']!);
    return true;
  } catch {
    return false;
  }
}

function formatOf(
  locale: string,
  zone: string,
  style: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${zone} ${style}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  formats.set(key, format);
  return format;
}
