import { createHash } from 'node:crypto';

/** A page for recipients: no script, nothing loaded from anywhere. */
export interface Page {
  readonly locale: 'en' | 'ru';
  readonly title: string;
  readonly text: string;
  /** Words on a button that posts to the page's own address. */
  readonly button?: string;
}

const STYLE =
  ':root{color-scheme:light dark}' +
  'body{margin:0;font:1.0625rem/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1f2328}' +
  'main{max-width:30rem;margin:12vh auto 0;padding:1.5rem}' +
  'h1{font-size:1.4rem;line-height:1.3;margin:0 0 .75rem}p{margin:0 0 1.5rem;overflow-wrap:anywhere}' +
  'button{font:inherit;font-weight:600;width:100%;padding:.9rem;border:0;border-radius:.5rem;background:#1f2328;color:#fff;cursor:pointer}' +
  'button:focus-visible{outline:3px solid #1f6feb;outline-offset:2px}' +
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
    button === undefined ? '' : `<form method="post"><button type="submit">${escape(button)}</button></form>`;
  return (
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">' +
    `<title>${escape(title)}</title><style>${STYLE}</style></head>` +
    `<body><main><h1>${escape(title)}</h1><p>${escape(text)}</p>${form}</main></body></html>`
  );
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
