import type { TemplateLink } from './compiled-template.js';
import type { Draft } from './draft.js';
import { advise, refuse } from './draft.js';
import type { MaskedSource } from './mask-mustaches.js';
import { isBlockTag, marksIn, replaceMarks, unmask } from './mask-mustaches.js';
import type { HtmlAttribute, HtmlTag } from './scan-html.js';
import { scanHtml } from './scan-html.js';
import { safeUrl } from '../helpers/safe-url.js';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Puts a call of the internal helper in place of the address of every link, also of what Outlook alone reads, so that each letter's click links are
 * made while it renders: nothing parses HTML per letter. Pictures' addresses go through a helper too, when data is in
 * them, and the pixel takes its place before `</body>`.
 */
export function rewriteLinks(draft: Draft): Draft {
  const calls: string[] = [];
  const links: TemplateLink[] = [];
  const splices: Splice[] = [];
  const bad: string[] = [];
  const call = (mustache: string): string =>
    draft.masked.markOf(draft.masked.mustaches.length + calls.push(mustache) - 1);
  for (const tag of scanHtml(draft.html).tags)
    for (const attribute of tag.attributes) {
      if (isLink(tag, attribute)) {
        const kind = kindOf(attribute.value, draft.masked);
        if (kind === 'bad') bad.push(unmask(attribute.value, draft.masked));
        if (kind !== 'wrapped') continue;
        const url = marksIn(attribute.value, draft.masked).length === 0 ? safeUrl(attribute.value)! : null;
        const number = links.push({ number: links.length, url }) - 1;
        splices.push({ ...rangeOf(attribute), text: call(linkCall(number, url, attribute.value, draft.masked)) });
      } else if (isPicture(attribute) && marksIn(attribute.value, draft.masked).length > 0)
        splices.push({
          ...rangeOf(attribute),
          text: call(`{{#tmUrl}}${raw(attribute.value, draft.masked)}{{/tmUrl}}`),
        });
    }
  const end = draft.html.lastIndexOf('</body>');
  splices.push({ start: end, end, text: call('{{tmPixel}}') });
  const rewritten = {
    ...draft,
    html: splice(draft.html, splices),
    links,
    masked: { ...draft.masked, mustaches: [...draft.masked.mustaches, ...calls] },
  };
  const checked = refuse(
    rewritten,
    ...bad.map((href) => ({ code: 'bad_link', detail: `${href.slice(0, 200)} is no http or https address` })),
  );
  return links.length > 0
    ? checked
    : advise(checked, 'info', { code: 'no_links', detail: 'the letter has no link whose clicks are counted' });
}

type LinkKind = 'wrapped' | 'left' | 'bad';

function kindOf(href: string, masked: MaskedSource): LinkKind {
  if (/^\s*(?:#|mailto:|tel:|sms:)/i.test(href)) return 'left';
  const marks = marksIn(href, masked);
  if (marks.length === 0) return safeUrl(href) === null ? 'bad' : 'wrapped';
  const isOwnPage = /^\{\{~?\s*(?:@root\.|(?:\.\.\/)+)?links\.(?:unsubscribe|preferences|view|confirm)\s*~?\}\}$/;
  if (isOwnPage.test(unmask(href, masked).trim())) return 'left';
  // Data may choose the path of an address, and all of an address, but never turn another scheme's text into one.
  const words = authorsWords(href, masked);
  return /^\s*[a-z][a-z0-9+.-]*:/i.test(words) && !/^\s*https?:\/\//i.test(words) ? 'bad' : 'wrapped';
}

/** The address without the tags of blocks, and with a character that no scheme holds in place of what data prints: a mark is a word. */
function authorsWords(href: string, masked: MaskedSource): string {
  return replaceMarks(href, masked, (index) => (isBlockTag(masked.mustaches[index]!) ? '' : '\0'));
}

function linkCall(number: number, url: string | null, href: string, masked: MaskedSource): string {
  return url === null ? `{{#tmLink ${number}}}${raw(href, masked)}{{/tmLink}}` : `{{tmLink ${number}}}`;
}

/** The address as data makes it, unescaped: the helper around it checks and escapes the whole. */
function raw(value: string, masked: MaskedSource): string {
  return replaceMarks(value.trim(), masked, (index) => {
    const mustache = masked.mustaches[index]!;
    return isBlockTag(mustache) ? mustache : mustache.replace(/^\{\{(~?)/, '{{$1&');
  });
}

/** Something to click on: also a shape of Outlook's drawings (`v:roundrect`), which buttons are made of. */
function isLink({ name }: HtmlTag, attribute: HtmlAttribute): boolean {
  return attribute.name === 'href' && (name === 'a' || name === 'area' || name.startsWith('v:'));
}

function isPicture(attribute: HtmlAttribute): boolean {
  return attribute.name === 'src' || attribute.name === 'background';
}

function rangeOf({ start, end }: HtmlAttribute): { start: number; end: number } {
  return { start, end };
}

function splice(text: string, splices: readonly Splice[]): string {
  let result = '';
  let from = 0;
  for (const { start, end, text: replacement } of splices) {
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}
