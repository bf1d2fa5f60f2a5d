/**
 * The locale in which a contact gets a letter: the contact's, its language, its language in another region; then the same of the
 * store's and of `en`, else the template's first one.
 * @param available the locales that the template has, at least one
 */
export function chooseLocale<T extends string>(
  contactLocale: string | null,
  storeLocale: string,
  available: readonly T[],
): T {
  for (const wanted of [contactLocale, storeLocale, 'en']) {
    if (!wanted) continue;
    const language = languageOf(wanted);
    const found =
      available.find((candidate) => canonical(candidate) === canonical(wanted)) ??
      available.find((candidate) => canonical(candidate) === language) ??
      available.find((candidate) => languageOf(candidate) === language);
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
