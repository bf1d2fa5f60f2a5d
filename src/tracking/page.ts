import { createHash } from 'node:crypto';

/** A page for recipients: no script, nothing loaded from anywhere. */
export interface Page {
  readonly locale: PageLocale;
  readonly title: string;
  readonly text: string;
  /** Words on a button that posts to the page's own address. */
  readonly button?: string;
}

/** The languages of our pages. */
export const PAGE_LOCALES = ['en', 'ru'] as const;
export type PageLocale = (typeof PAGE_LOCALES)[number];

const OWN = new RegExp(`^(${PAGE_LOCALES.join('|')})(?![a-z])`, 'i');

/** Whether a person's locale (`ru`, `ru-RU`, `ru_RU`) is one of our pages' languages. */
export function isPageLanguage(locale: string | null): boolean {
  return OWN.test(locale ?? '');
}

const STYLE =
  ':root{color-scheme:light dark}' +
  'body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1f2328}' +
  'main{max-width:30rem;margin:12vh auto 0;padding:1.5rem}' +
  'main.long{margin-top:2vh}' +
  'h1{font-size:1.4rem;line-height:1.3;margin:0 0 .75rem}p{margin:0 0 1.5rem;overflow-wrap:anywhere}' +
  'h2{font-size:1.0625rem;line-height:1.4;margin:0 0 .25rem}' +
  'section{margin:2rem 0 0;padding:1.5rem 0 0;border-top:1px solid #8886}section p{margin:0 0 1rem}' +
  'fieldset{margin:0 0 1.25rem;padding:0;border:0}legend{padding:0;font-weight:600}' +
  'label{display:flex;gap:.75rem;align-items:flex-start;padding:.5rem 0;overflow-wrap:anywhere}label.part{padding-left:2rem}' +
  'input{flex:none;width:1.25rem;height:1.25rem;margin:.15rem 0 0;accent-color:#1f6feb}' +
  'label.field{display:block;font-weight:600;margin:0 0 1.25rem}' +
  'select{display:block;font:inherit;width:100%;margin:.25rem 0 0;padding:.7rem;border:1px solid #8888;border-radius:.5rem;background:transparent;color:inherit}' +
  'option{color:#1f2328;background:#fff}' +
  '.blocked{padding:.75rem 1rem;border-radius:.5rem;background:#bf870022;border:1px solid #bf870066}' +
  '.said{padding:.75rem 1rem;border-radius:.5rem;background:#1a7f3722;border:1px solid #1a7f3766}.quiet{opacity:.75}' +
  'button{font:inherit;font-weight:600;width:100%;padding:.9rem;border:1px solid transparent;border-radius:.5rem;background:#1f2328;color:#fff;cursor:pointer}' +
  'button.second{background:transparent;border-color:#8888;color:inherit}' +
  'button:focus-visible,input:focus-visible,select:focus-visible{outline:3px solid #1f6feb;outline-offset:2px}' +
  '@media(prefers-color-scheme:dark){body{background:#15181c;color:#e6e8eb}button{background:#e6e8eb;color:#15181c}}';

/** Headers of every page: only its own style may apply, and its address, which is a secret of the recipient, goes nowhere. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
} as const;

/** The HTML of a page; all texts are escaped. */
export function htmlOf({ locale, title, text, button }: Page): string {
  const form =
    button === undefined ? '' : `<form method="post"><button type="submit">${escapeHtml(button)}</button></form>`;
  return frameOf(locale, title, `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${form}</main>`);
}

/** A whole page around its `<main>`, which is HTML. */
export function frameOf(locale: PageLocale, title: string, main: string): string {
  return (
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">' +
    `<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${main}</body></html>`
  );
}

/** A text as HTML shows it, also inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
