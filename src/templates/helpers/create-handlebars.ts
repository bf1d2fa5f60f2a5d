import Handlebars from 'handlebars';
import { checkedUrl, clickLink, pixel, REFUSED } from './click-link.js';
import { formatDate } from './date.js';
import { formatMoney } from './money.js';
import { pluralForm } from './plural.js';
import { printable, withoutControls } from './printable.js';
import type { RenderingSlot } from './rendering.js';
import { TemplateError } from './template-error.js';

/** Loops show at most so many items, and a letter takes at most so many turns in all of its loops. */
const MAX_ITEMS = 100;
const MAX_TURNS = 10_000;
/** A part of a letter that grows beyond this is a mistake or an attack. */
export const MAX_OUTPUT_CHARS = 1024 * 1024;

type Options = Handlebars.HelperOptions;
type Helper = (this: unknown, ...args: never[]) => unknown;

/**
 * A Handlebars of its own with exactly our helpers. The HTML one escapes what helpers return; the plain one (subject,
 * preheader, text part) does not, and takes control characters out of all that data brings.
 */
export function createHandlebars(slot: RenderingSlot, kind: 'html' | 'plain'): typeof Handlebars {
  const handlebars = Handlebars.create();
  const eachOf = handlebars.helpers['each']!;
  for (const name of Object.keys(handlebars.helpers))
    if (!['if', 'unless', 'with'].includes(name)) handlebars.unregisterHelper(name);
  const clean = kind === 'plain' ? withoutControls : (text: string): string => text;
  handlebars.registerHelper({
    each(this: unknown, items: unknown, options: Options): unknown {
      const shown = Array.isArray(items) ? items.slice(0, MAX_ITEMS) : items;
      countTurns(slot, shown);
      const output: unknown = eachOf.call(this, shown, options);
      if (String(output).length > MAX_OUTPUT_CHARS) throw new TemplateError('the letter grows too large in a loop');
      return output;
    },
    ...valueHelpers(slot, clean),
    ...COMPARISONS,
    ...(kind === 'html' ? htmlLinks(slot) : plainLinks(slot)),
  } as Handlebars.HelperDeclareSpec);
  return handlebars;
}

function countTurns(slot: RenderingSlot, items: unknown): void {
  const { current } = slot;
  if (Array.isArray(items)) current.turns += items.length;
  else if (typeof items === 'object' && items !== null) current.turns += Object.keys(items).length;
  if (current.turns > MAX_TURNS) throw new TemplateError(`the loops of a letter take at most ${MAX_TURNS} turns`);
}

function valueHelpers(slot: RenderingSlot, clean: (text: string) => string): Record<string, Helper> {
  return {
    /** Written by the compiler around every variable: one that is not there stops the letter. */
    tmVar: (value: unknown, label: string, isPrinted: unknown) => {
      if (value === undefined) throw new TemplateError(`${label} is missing`);
      return isPrinted === true ? clean(printable(value, label)) : value;
    },
    money: (...args: readonly unknown[]) => {
      const { hash } = args.at(-1) as Options;
      const given: unknown = args.length > 2 ? args[1] : hash['currency'];
      return formatMoney(args[0], given ?? slot.current.currency, slot.current.locale);
    },
    date: (...args: readonly unknown[]) => {
      const { hash } = args.at(-1) as Options;
      const style: unknown = args.length > 2 ? args[1] : (hash['style'] ?? 'long');
      return formatDate(args[0], String(style), slot.current.locale, slot.current.zone);
    },
    plural: (count: unknown, { hash }: Options) => clean(pluralForm(count, hash, slot.current.locale)),
    url: (value: unknown) => checkedUrl(slot.current, printable(value, 'url'), 'url'),
    default: (value: unknown, fallback: unknown) => {
      const chosen = value === undefined || value === null || value === '' ? fallback : value;
      return typeof chosen === 'object' ? chosen : clean(printable(chosen, 'default'));
    },
  };
}

const COMPARISONS: Record<string, Helper> = {
  eq: (a: unknown, b: unknown) => a === b || (isNumeric(a) && isNumeric(b) && Number(a) === Number(b)),
  gt: (a: unknown, b: unknown) => isNumeric(a) && isNumeric(b) && Number(a) > Number(b),
  and: (...args: readonly unknown[]) => args.slice(0, -1).every(isTruthy),
  or: (...args: readonly unknown[]) => args.slice(0, -1).some(isTruthy),
  not: (value: unknown) => !isTruthy(value),
};

/** As `{{#if}}` sees it: an empty list is not there. */
function isTruthy(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function isNumeric(value: unknown): value is number | string {
  return (
    typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)))
  );
}

function htmlLinks(slot: RenderingSlot): Record<string, Helper> {
  return {
    tmLink(this: unknown, number: number, options: Partial<Options>) {
      const address = linkAddress(slot, this, number, options);
      const turns = slot.current.addresses.get(number);
      if (turns) turns.push(address);
      else slot.current.addresses.set(number, [address]);
      return new Handlebars.SafeString(attributeText(address));
    },
    tmUrl(this: unknown, options: Options) {
      const url = checkedUrl(slot.current, options.fn(this), 'a picture');
      return url === REFUSED ? '' : attributeText(url);
    },
    tmPixel: () => new Handlebars.SafeString(pixel(slot.current)),
  };
}

/** An address inside quotes. Handlebars would also escape `=`, which only unquoted attributes need. */
function attributeText(address: string): string {
  return /[&"'<>]/.test(address) ? address.replace(/[&"'<>]/g, (char) => ATTRIBUTE_ENTITIES[char]!) : address;
}

const ATTRIBUTE_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
  '<': '&lt;',
  '>': '&gt;',
};

function plainLinks(slot: RenderingSlot): Record<string, Helper> {
  return {
    tmLink(this: unknown, number: number, options: Partial<Options>) {
      return slot.current.addresses.get(number)?.shift() ?? linkAddress(slot, this, number, options);
    },
    tmUrl: () => '',
    tmPixel: () => '',
  };
}

function linkAddress(slot: RenderingSlot, context: unknown, number: number, options: Partial<Options>): string {
  const { current } = slot;
  const known = current.sources.template[number]?.url;
  const url = options.fn ? checkedUrl(current, options.fn(context), `link ${number}`) : (known ?? REFUSED);
  return url === REFUSED ? REFUSED : clickLink(current, url);
}
