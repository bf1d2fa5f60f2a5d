/**
 * The locale in which a contact gets a letter: the contact's, its language, the store's, its language, `en`, else the
 * template's first one.
 * @param available the locales that the template has, at least one
 */
export function chooseLocale(contactLocale: string | null, storeLocale: string, available: readonly string[]): string {
  const wanted = [contactLocale, storeLocale, 'en'].flatMap((locale) => (locale ? [locale, languageOf(locale)] : []));
  for (const locale of wanted) {
    const found = available.find((candidate) => canonical(candidate) === canonical(locale));
    if (found) return found;
  }
  return available[0]!;
}

function languageOf(locale: string): string {
  return canonical(locale).split('-')[0]!;
}

function canonical(locale: string): string {
  return locale.replaceAll('_', '-').toLowerCase();
}
