import { linkMark } from '../fill/marks.js';
import { MAX_TOKEN_URL_BYTES, tokenChars, tokenMac } from '../../platform/tokens.js';
import type { Rendering } from './rendering.js';
import { safeUrl } from './safe-url.js';
import { tagUrl } from './tag-url.js';

/** Where clicks and openings are counted. */
export const CLICK_PATH = '/t/c/';
export const OPEN_PATH = '/t/o/';

/** What stands where an address was not safe to follow. */
export const REFUSED = '#';
/** Of an address that was refused: enough to find it by. */
const MOST_TOLD_CHARS = 200;

/** One turn of a template's link: what the skeleton says, and how long the token is that its mark stands for; 0 for no mark. */
export interface LinkTurn {
  readonly text: string;
  readonly tokenChars: number;
}

/**
 * One turn of a template's link: the mark of the click link that leads to the address with the store's UTM parameters, or
 * that URL itself when nothing is signed. The letter's own pages are no links: they are printed as they are.
 */
export function clickLink(rendering: Rendering, address: string): LinkTurn {
  const { signing, sources } = rendering;
  // Whatever helper or block prints it: who unsubscribes has not clicked on what the letter is about.
  if (sources.own.some((page) => address.startsWith(page))) return { text: address, tokenChars: 0 };
  const url = taggedUrl(address, sources.tags);
  const linkIndex = rendering.urls.push(url) - 1;
  const urlBytes = Buffer.byteLength(url);
  // A longer address would not fit into the redirect's path: it works, uncounted.
  if (!signing || urlBytes > MAX_TOKEN_URL_BYTES) {
    rendering.macs.push('');
    return { text: url, tokenChars: 0 };
  }
  const { environmentId, messageId } = signing;
  rendering.macs.push(tokenMac(signing, { purpose: 'click', environmentId, messageId, linkIndex, url }));
  return { text: linkMark(linkIndex), tokenChars: CLICK_PATH.length + tokenChars(signing.keyId, urlBytes) };
}

/** Signs the picture that reports an opening. Answers how long its path is; 0 when nothing is signed. */
export function openingMac(rendering: Rendering): number {
  const { signing } = rendering;
  if (!signing) return 0;
  const { environmentId, messageId, keyId } = signing;
  rendering.openingMac = tokenMac(signing, { purpose: 'open', environmentId, messageId, linkIndex: 0, url: '' });
  return OPEN_PATH.length + tokenChars(keyId, 0);
}

/** With UTM parameters, except where they would make an address too long to be counted. */
function taggedUrl(address: string, tags: string | null): string {
  if (!tags) return address;
  const tagged = tagUrl(address, tags);
  return Buffer.byteLength(tagged) > MAX_TOKEN_URL_BYTES ? address : tagged;
}

/** The address from data, or `#` with a note of what stood there. */
export function checkedUrl(rendering: Rendering, value: string, what: string): string {
  const url = safeUrl(value);
  if (url !== null) return url;
  if (value.trim() !== REFUSED) rendering.refusedLinks.push({ what, address: value.slice(0, MOST_TOLD_CHARS) });
  return REFUSED;
}
