import { LRUCache } from 'lru-cache';
import { TemplateError } from './template-error.js';

/** With what they said of numbers before: a cart holds one thing or two. */
interface Rules {
  readonly rules: Intl.PluralRules;
  readonly known: LRUCache<number, Intl.LDMLPluralRule>;
}

const ofLocale = new LRUCache<string, Rules>({ max: 100 });
/** `few` before `many`: authors who give three Russian forms leave fractions out, and it is «1,5 товара», not «товаров». */
const FALLBACKS = ['other', 'few', 'many', 'one'];

/**
 * The form of a word that fits the number: `one="товар" few="товара" many="товаров"`, in English `one`, `other`.
 * A form that is not given falls back to `other`, `few`, `many`, `one`, the first there is.
 */
export function pluralForm(value: unknown, forms: Readonly<Record<string, unknown>>, locale: string): string {
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof count !== 'number' || !Number.isFinite(count)) throw new TemplateError('plural: the count is no number');
  const fitting = forms[ruleFor(count, locale)];
  if (typeof fitting === 'string') return fitting;
  for (const form of FALLBACKS) if (typeof forms[form] === 'string') return forms[form];
  throw new TemplateError('plural: no form of the word was given');
}

function ruleFor(count: number, locale: string): Intl.LDMLPluralRule {
  let own = ofLocale.get(locale);
  if (!own) ofLocale.set(locale, (own = { rules: new Intl.PluralRules(locale), known: new LRUCache({ max: 500 }) }));
  let rule = own.known.get(count);
  if (!rule) own.known.set(count, (rule = own.rules.select(count)));
  return rule;
}
