import { MAX_TOKEN_URL_BYTES, signToken } from '../../platform/tokens.js';
import type { Rendering } from './rendering.js';
import { safeUrl } from './safe-url.js';
import { tagUrl } from './tag-url.js';

/** What stands where an address was not safe to follow. */
export const REFUSED = '#';

/**
 * The address to print for one turn of a template's link: the click link that leads to the address with the store's UTM
 * parameters, or that URL itself when nothing is signed.
 */
export function clickLink(rendering: Rendering, address: string): string {
  const { signing } = rendering;
  const url = taggedUrl(rendering, address);
  const index = rendering.links.push({ index: rendering.links.length, url }) - 1;
  // A longer address would not fit into the redirect's path: it works, uncounted.
  if (!signing || Buffer.byteLength(url) > MAX_TOKEN_URL_BYTES) return url;
  const { environmentId, messageId } = signing;
  return `${signing.baseUrl}/t/c/${signToken(signing, { purpose: 'click', environmentId, messageId, linkIndex: index, url })}`;
}

/** With UTM parameters, except where they would make an address too long to be counted, and for the letter's own pages. */
function taggedUrl({ sources: { tags, own } }: Rendering, address: string): string {
  if (!tags || own.some((page) => address.startsWith(page))) return address;
  const tagged = tagUrl(address, tags);
  return Buffer.byteLength(tagged) > MAX_TOKEN_URL_BYTES ? address : tagged;
}

/** The address from data, or `#` with a note why. */
export function checkedUrl(rendering: Rendering, value: string, what: string): string {
  const url = safeUrl(value);
  if (url !== null) return url;
  if (value.trim() !== REFUSED) rendering.refusedLinks.push(`${what}: not a safe http or https address`);
  return REFUSED;
}

/** The 1 × 1 picture that reports an opening; nothing when nothing is signed. */
export function pixel({ signing }: Rendering): string {
  if (!signing) return '';
  const { environmentId, messageId } = signing;
  const token = signToken(signing, { purpose: 'open', environmentId, messageId, linkIndex: 0, url: '' });
  return `<img src="${signing.baseUrl}/t/o/${token}" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">`;
}
