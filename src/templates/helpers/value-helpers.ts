import { checkedUrl } from './click-link.js';
import { formatDate } from './date.js';
import { formatMoney } from './money.js';
import { pluralForm } from './plural.js';
import { printable } from './printable.js';
import type { RenderingSlot } from './rendering.js';

/** Named arguments come last, as Handlebars hands them over. */
interface Options {
  readonly hash: Readonly<Record<string, unknown>>;
}

/** What authors call, by name. */
export type ValueHelpers = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** The helpers of one kind of part; `clean` takes out of data what may not stand there. */
export function valueHelpers(slot: RenderingSlot, clean: (text: string) => string): ValueHelpers {
  return {
    money: (...args) => {
      const { hash } = args.at(-1) as Options;
      const given: unknown = args.length > 2 ? args[1] : hash['currency'];
      return formatMoney(args[0], given ?? slot.current.currency, slot.current.locale);
    },
    date: (...args) => {
      const { hash } = args.at(-1) as Options;
      const style: unknown = args.length > 2 ? args[1] : (hash['style'] ?? 'long');
      return formatDate(args[0], String(style), slot.current.locale, slot.current.zone);
    },
    plural: (count, options) => clean(pluralForm(count, (options as Options).hash, slot.current.locale)),
    url: (value) => checkedUrl(slot.current, printable(value, 'url'), 'url'),
    default: (value, fallback) => {
      const chosen = value === undefined || value === null || value === '' ? fallback : value;
      return typeof chosen === 'object' ? chosen : clean(printable(chosen, 'default'));
    },
    eq: (a, b) => a === b || (isNumeric(a) && isNumeric(b) && Number(a) === Number(b)),
    gt: (a, b) => isNumeric(a) && isNumeric(b) && Number(a) > Number(b),
    and: (...args) => args.slice(0, -1).every(isTruthy),
    or: (...args) => args.slice(0, -1).some(isTruthy),
    not: (value) => !isTruthy(value),
  };
}

/** As `{{#if}}` sees it: an empty list is not there. */
function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function isNumeric(value: unknown): value is number | string {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
  );
}
