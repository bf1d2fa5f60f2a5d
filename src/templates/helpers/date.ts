import { LRUCache } from 'lru-cache';
import { TemplateError } from './template-error.js';

const STYLES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  short: { dateStyle: 'short' },
  long: { dateStyle: 'long' },
  time: { timeStyle: 'short' },
  datetime: { dateStyle: 'long', timeStyle: 'short' },
};
export const DATE_STYLES: readonly string[] = Object.keys(STYLES);

/** Whether `{{date}}` knows the style. */
export function isDateStyle(style: string): boolean {
  return Object.hasOwn(STYLES, style);
}

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

const ISO = /^(\d{4}-\d\d-\d\d)(?:T.+)?$/;
const OFFSET = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i;

/**
 * An instant as people of the locale write it, in the given zone. What says no offset is no instant: a day (`2026-11-21`) is
 * that day everywhere, and a time of day (`2026-11-21T09:00`) is shown as it is written.
 * @param style `short`, `long`, `time` or `datetime`
 */
export function formatDate(value: unknown, style: string, locale: string, zone: string): string {
  const options = isDateStyle(style) ? STYLES[style] : undefined;
  if (!options) throw new TemplateError(`date: the style is one of ${DATE_STYLES.join(', ')}`);
  const day = typeof value === 'string' ? ISO.exec(value)?.[1] : undefined;
  if (typeof value !== 'string' || day === undefined || !isDay(day)) throw new TemplateError(NO_DATE);
  const isInstant = value !== day && OFFSET.test(value);
  // Without an offset Date would read a time in the zone of this machine.
  const at = new Date(isInstant || value === day ? value : `${value}Z`);
  if (Number.isNaN(at.getTime())) throw new TemplateError(NO_DATE);
  return formatOf(locale, isInstant ? zone : 'UTC', style, options).format(at);
}

const NO_DATE = 'date: the value is no ISO 8601 date or instant';

/** Whether the calendar has that day; Date makes 2 March of 30 February. */
function isDay(day: string): boolean {
  const at = new Date(day);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
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
