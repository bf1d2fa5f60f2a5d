import type { Reader } from './readers.js';
import { PAGE_LOCALES, type PageLocale } from './page.js';

const ASKED = new RegExp(`\\b(${PAGE_LOCALES.join('|')})\\b`, 'i');

/** The language that a browser asks for first, of those that we have; null when it asks for none of them. */
export function askedLocale(acceptLanguage: string | undefined): PageLocale | null {
  const first = ASKED.exec(acceptLanguage ?? '')?.[1]?.toLowerCase();
  return PAGE_LOCALES.find((locale) => locale === first) ?? null;
}

/** The person's own language, else the browser's, else the store's; English where nobody is known. */
export function pageLocale(reader: Reader | null | undefined, acceptLanguage: string | undefined): PageLocale {
  if (reader?.isOwnLocale) return reader.locale;
  return askedLocale(acceptLanguage) ?? reader?.locale ?? 'en';
}
