import { LRUCache } from 'lru-cache';

/**
 * The locale in which a contact gets a letter: the contact's, else what is left of it from its end (`zh-Hant-TW`, `zh-Hant`, `zh`), each
 * by itself or in another region, in its own script where there is a choice (`zh-TW` is written as `zh-Hant`); then the same of the store's
 * and of `en`, else the template's first one.
 * @param available the locales that the template has, at least one
 */
export function chooseLocale<T extends string>(
  contactLocale: string | null,
  storeLocale: string,
  available: readonly T[],
): T {
  for (const wanted of [contactLocale, storeLocale, 'en']) {
    if (!wanted) continue;
    for (let parts = canonical(wanted).split('-'); parts.length > 0; parts = parts.slice(0, -1)) {
      const found = nearest(wanted, parts.join('-'), available);
      if (found) return found;
    }
  }
  return available[0]!;
}

function nearest<T extends string>(wanted: string, range: string, available: readonly T[]): T | undefined {
  const isOf = (candidate: T): boolean => `${canonical(candidate)}-`.startsWith(`${range}-`);
  const within = available.filter(isOf);
  const written = within.length > 1 ? within.filter((candidate) => scriptOf(candidate) === scriptOf(wanted)) : [];
  const fitting = written.length > 0 ? written : within;
  return fitting.find((candidate) => canonical(candidate) === range) ?? fitting[0];
}

/** The script in which a locale is most likely written (CLDR); none for what Intl cannot read. */
function scriptOf(locale: string): string {
  const known = scripts.get(locale);
  if (known !== undefined) return known;
  const script = likelyScript(canonical(locale));
  scripts.set(locale, script);
  return script;
}

/** Asking for one takes as long as half a letter, and each letter asks for several. People's locales may be any text. */
const scripts = new LRUCache<string, string>({ max: 1_000 });

function likelyScript(tag: string): string {
  try {
    return new Intl.Locale(tag).maximize().script ?? '';
  } catch {
    return '';
  }
}

function canonical(locale: string): string {
  return locale.replaceAll('_', '-').toLowerCase();
}
