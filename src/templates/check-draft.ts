import { type Problem, Unprocessable } from '../platform/http/domain-error.js';
import { pointerStep } from '../platform/http/json-pointer.js';
import { checkLimits } from './compile/compile-template.js';
import { isTemplateKey } from './template-key.js';
import type { TemplateSources } from './template-sources.js';

const LOCALE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const MAX_LOCALES = 50;

/**
 * Refuses what cannot be a template: a bad key or locale, and sources beyond the limits. A draft may otherwise be half done;
 * what MJML thinks of it is said by preview and publish.
 */
export function checkDraft(key: string, locales: TemplateSources): void {
  const names = Object.keys(locales);
  const errors: Problem[] = isTemplateKey(key)
    ? []
    : [
        {
          pointer: '/key',
          code: 'invalid_key',
          detail: 'the key is folder/name, kebab-case; publish, versions, preview and test are no names',
        },
      ];
  if (names.length === 0 || names.length > MAX_LOCALES)
    errors.push({ pointer: '/locales', code: 'locales', detail: `a template has 1 to ${MAX_LOCALES} locales` });
  for (const [locale, source] of Object.entries<unknown>(locales)) {
    const pointer = `/locales${pointerStep(locale)}`;
    if (!isLocale(locale)) errors.push({ pointer, code: 'invalid_locale', detail: NO_LOCALE });
    else if (typeof source !== 'string' || source.trim() === '')
      errors.push({ pointer, code: 'invalid_source', detail: 'the source is MJML text' });
    else errors.push(...problemsOf(source, locale));
  }
  if (errors.length > 0) throw new Unprocessable('template_invalid', errors[0]!.detail, errors);
}

/**
 * Refuses a locale in which no source could be written.
 * @throws Unprocessable (`invalid_locale`)
 */
export function checkLocale(locale: string): void {
  if (isLocale(locale)) return;
  throw new Unprocessable('invalid_locale', NO_LOCALE, [
    { pointer: '/locale', code: 'invalid_locale', detail: NO_LOCALE },
  ]);
}

const NO_LOCALE = 'the locale is a BCP 47 tag such as de or pt-BR, its language in two or three small letters';

/** Whether money, dates and plurals can be written in it: `zh-CN-Hans` (the script behind the region) only looks like a tag. */
function isLocale(locale: string): boolean {
  if (!LOCALE.test(locale)) return false;
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false; // RangeError is Intl's only way to say that it cannot read the tag
  }
}

function problemsOf(source: string, locale: string): readonly Problem[] {
  return checkLimits(source, locale).map(({ pointer, code, detail }) => ({ pointer, code, detail }));
}
