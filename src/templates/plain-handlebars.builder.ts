import Handlebars from 'handlebars';
import { MAX_TOKEN_URL_BYTES, signToken } from '../platform/tokens.js';
import type { CompiledLocale } from './compile/compiled-template.js';
import { attributeText } from './helpers/attribute-text.js';
import { checkedUrl, REFUSED } from './helpers/click-link.js';
import { printable, withoutControls } from './helpers/printable.js';
import { type PreparedSigning, Rendering, RenderingSlot } from './helpers/rendering.js';
import { tagUrl } from './helpers/tag-url.js';
import { TemplateError } from './helpers/template-error.js';
import { valueHelpers } from './helpers/value-helpers.js';
import type { LetterParts } from './kept/open-letter.js';
import type { RenderContext } from './render-request.js';
import { strictHandlebars } from './strict-handlebars.builder.js';

/**
 * The parts of a letter as Handlebars itself makes them, written out at once: no marks, no functions of ours but the helpers.
 * What is filled in, kept and put together again must be the same.
 */
export function plainLetter(
  compiled: Pick<CompiledLocale, 'html' | 'text' | 'links'>,
  locale: string,
  context: RenderContext,
  signing: PreparedSigning | null,
  tags: string | null,
): LetterParts {
  const slot = new RenderingSlot();
  const sources = { template: compiled.links, own: Object.values(context.links), tags };
  slot.set(new Rendering(locale, 'Europe/Moscow', 'RUB', sources, context.links, signing));
  const turns: Turns = new Map();
  const html = strictHandlebars(handlebarsOf(slot, 'html', turns), compiled.html, 'html')(context);
  const text = strictHandlebars(handlebarsOf(slot, 'plain', turns), compiled.text, 'plain')(context);
  return {
    html,
    text: text
      .replace(/^[^\S\n]+|[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .replace(/^\n+(?!$)/, ''),
  };
}

type Turns = Map<number, string[]>;
type Options = Handlebars.HelperOptions;
type Helper = (this: unknown, ...args: never[]) => unknown;

function handlebarsOf(slot: RenderingSlot, kind: 'html' | 'plain', turns: Turns): typeof Handlebars {
  const handlebars = Handlebars.create();
  const eachOf = handlebars.helpers['each']!;
  const clean = kind === 'plain' ? withoutControls : (text: string): string => text;
  handlebars.registerHelper({
    each(this: unknown, items: unknown, options: Options): unknown {
      return eachOf.call(this, Array.isArray(items) ? items.slice(0, 100) : items, options) as unknown;
    },
    tmVar: (value: unknown, label: string, isPrinted: unknown) => {
      if (value === undefined) throw new TemplateError(`${label} is missing`);
      return isPrinted === true ? clean(printable(value, label)) : value;
    },
    ...valueHelpers(slot, clean),
    ...(kind === 'html' ? htmlLinks(slot, turns) : plainLinks(slot, turns)),
  } as Handlebars.HelperDeclareSpec);
  return handlebars;
}

function htmlLinks(slot: RenderingSlot, turns: Turns): Record<string, Helper> {
  return {
    tmLink(this: unknown, number: number, options: Partial<Options>) {
      const address = linkAddress(slot, this, number, options);
      turns.set(number, [...(turns.get(number) ?? []), address]);
      return new Handlebars.SafeString(attributeText(address));
    },
    tmUrl(this: unknown, options: Options) {
      const url = checkedUrl(slot.current, options.fn(this), 'a picture');
      return url === REFUSED ? '' : attributeText(url);
    },
    tmPixel: () => {
      const { signing } = slot.current;
      if (!signing) return '';
      const { environmentId, messageId } = signing;
      const token = signToken(signing, { purpose: 'open', environmentId, messageId, linkIndex: 0, url: '' });
      const style = 'display:block;border:0;width:1px;height:1px';
      return new Handlebars.SafeString(
        `<img src="${attributeText(signing.baseUrl)}/t/o/${token}" width="1" height="1" alt="" style="${style}">`,
      );
    },
  };
}

function plainLinks(slot: RenderingSlot, turns: Turns): Record<string, Helper> {
  return {
    tmLink(this: unknown, number: number, options: Partial<Options>) {
      const address = turns.get(number)?.shift() ?? linkAddress(slot, this, number, options);
      const { before = '', behind = '' } = options.hash as { readonly before?: string; readonly behind?: string };
      return before + behind !== '' && address === REFUSED ? '' : before + address + behind;
    },
    tmUrl: () => '',
    tmPixel: () => '',
  };
}

function linkAddress(slot: RenderingSlot, context: unknown, number: number, options: Partial<Options>): string {
  const { current } = slot;
  const known = current.sources.template[number]?.url;
  const address = options.fn ? checkedUrl(current, options.fn(context), `link ${number}`) : (known ?? REFUSED);
  if (address === REFUSED) return REFUSED;
  const { tags, own } = current.sources;
  if (own.some((page) => address.startsWith(page))) return address;
  const url = tags ? tagUrl(address, tags) : address;
  const linkIndex = current.urls.push(url) - 1;
  const { signing } = current;
  if (!signing || Buffer.byteLength(url) > MAX_TOKEN_URL_BYTES) return url;
  const { environmentId, messageId } = signing;
  return `${signing.baseUrl}/t/c/${signToken(signing, { purpose: 'click', environmentId, messageId, linkIndex, url })}`;
}
