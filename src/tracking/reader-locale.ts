import type { Reader } from './readers.js';
import type { PageLocale } from './page.js';

/** The language that a browser asks for first, of those that we have; null when it asks for none of them. */
export function askedLocale(acceptLanguage: string | undefined): PageLocale | null {
  const first = /\b(ru|en)\b/i.exec(acceptLanguage ?? '')?.[1]?.toLowerCase();
  return first === 'ru' || first === 'en' ? first : null;
}

/** The person's own language, else the browser's, else the store's; English where nobody is known. */
export function pageLocale(reader: Reader | null | undefined, acceptLanguage: string | undefined): PageLocale {
  if (reader?.isOwnLocale) return reader.locale;
  return askedLocale(acceptLanguage) ?? reader?.locale ?? 'en';
}
