import type { Draft } from './draft.js';
import { advise, refuse } from './draft.js';
import { footerWords } from './footer-words.js';
import { MUSTACHE } from './mask-mustaches.js';

/**
 * Gives a template that does not print the unsubscribe link or the postal address a standard footer with what is missing, in the
 * template's language: every letter must show how to stop letters and who sends them. The ways to choose letters and to
 * see this one in a browser come with the unsubscribe link. To name one in a comment or to ask for it prints nothing.
 */
export function addFooter(draft: Draft): Draft {
  const { mustaches, end } = bodyOf(draft.source);
  const prints = (path: string): boolean => mustaches.some((mustache) => printOf(path).test(mustache));
  const lines = [
    ...(prints('links.unsubscribe') ? [] : [linksLine(draft.locale, prints)]),
    ...(prints('store.postalAddress') ? [] : [ADDRESS_LINE]),
  ];
  if (lines.length === 0) return draft;
  if (end === null)
    return refuse(draft, {
      code: 'body_missing',
      detail: 'there is no </mj-body>: a template is MJML, <mjml><mj-head>…</mj-head><mj-body>…</mj-body></mjml>',
    });
  const footer = `<mj-section><mj-column><mj-text align="center" font-size="12px" line-height="18px" color="#6b7280">${lines.join('')}</mj-text></mj-column></mj-section>`;
  return advise({ ...draft, source: draft.source.slice(0, end) + footer + draft.source.slice(end) }, 'info', {
    code: 'footer_added',
    detail: 'the template prints no unsubscribe link or no postal address: the standard footer was added',
  });
}

/** What is neither text nor another element: comments hide whatever they hold. */
const PIECE = new RegExp(`<!--[^]*?(?:-->|$)|${MUSTACHE.source}|</?mj-body(?=[\\s/>])`, 'gi');

/** The mustaches of the letter's body and where it ends; null when it does not. */
function bodyOf(source: string): { readonly mustaches: readonly string[]; readonly end: number | null } {
  let mustaches: string[] = [];
  let end: number | null = null;
  for (const { 0: piece, index } of source.matchAll(PIECE))
    if (piece.startsWith('{{')) mustaches.push(piece);
    else if (piece.startsWith('</')) end = index;
    else if (!piece.startsWith('<!')) mustaches = []; // those before it were the head's
  return { mustaches, end };
}

/** Finds a mustache that prints the path: by itself, as an address, or unless it is empty. */
function printOf(path: string): RegExp {
  return new RegExp(`^\\{\\{~?\\s*((url|default)\\s+)?(@root[./]|(\\.\\./)+)?${path.replace('.', '\\.')}(?![\\w.-])`);
}

const ADDRESS_LINE =
  '{{#if @root.store.postalAddress}}<div>{{@root.store.name}} · {{@root.store.postalAddress}}</div>{{/if}}';

function linksLine(locale: string, prints: (path: string) => boolean): string {
  const words = footerWords(locale);
  const links = (['unsubscribe', 'preferences', 'view'] as const)
    .filter((link) => !prints(`links.${link}`))
    .map((link) => `<a href="{{@root.links.${link}}}" style="color:#6b7280">${words[link]}</a>`);
  return `<div>${words.why}</div><div>${links.join(' · ')}</div>`;
}
