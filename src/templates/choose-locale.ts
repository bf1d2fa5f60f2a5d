/**
 * The locale in which a contact gets a letter: the contact's, else what is left of it from its end (`zh-Hant-TW`, `zh-Hant`, `zh`), each
 * by itself or in another region; then the same of the store's and of `en`, else the template's first one.
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
      const range = parts.join('-');
      const found =
        available.find((candidate) => canonical(candidate) === range) ??
        available.find((candidate) => canonical(candidate).startsWith(`${range}-`));
      if (found) return found;
    }
  }
  return available[0]!;
}

function canonical(locale: string): string {
  return locale.replaceAll('_', '-').toLowerCase();
}
