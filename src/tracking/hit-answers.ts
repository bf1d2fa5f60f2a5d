/** A transparent pixel, 1 × 1. */
export const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** It is fetched anew each time. */
export const PIXEL_HEADERS = {
  'content-type': 'image/gif',
  'content-length': String(PIXEL.length),
  'cache-control': 'no-store, max-age=0',
  'x-robots-tag': 'noindex',
  'x-content-type-options': 'nosniff',
};

/** Where a link leads is nobody's to keep, and the letter's address, a secret of the recipient, goes nowhere. */
export const REDIRECT_HEADERS = {
  'content-length': '0',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
};

const REDIRECT = Object.entries(REDIRECT_HEADERS).flat();

/** A redirect's headers as names and values in turn. */
export function redirectHeaders(location: string): string[] {
  return ['location', location, ...REDIRECT];
}
