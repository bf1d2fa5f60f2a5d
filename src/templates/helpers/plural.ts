import { LRUCache } from 'lru-cache';
import { TemplateError } from './template-error.js';

const rules = new LRUCache<string, Intl.PluralRules>({ max: 100 });

/**
 * The form of a word that fits the number: `one="товар" few="товара" many="товаров"`, in English `one`, `other`.
 * A form that is not given falls back to `other`, `many`, `few`, `one`, the first there is.
 */
export function pluralForm(value: unknown, forms: Readonly<Record<string, unknown>>, locale: string): string {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isFinite(count)) throw new TemplateError('plural: the count is no number');
  let rule = rules.get(locale);
  if (!rule) rules.set(locale, (rule = new Intl.PluralRules(locale)));
  for (const form of [rule.select(count), 'other', 'many', 'few', 'one'])
    if (typeof forms[form] === 'string') return forms[form];
  throw new TemplateError('plural: no form of the word was given');
}
