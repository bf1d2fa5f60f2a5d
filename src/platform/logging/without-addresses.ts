/**
 * Not inside a path (`node_modules/@scope/…`), and with a domain that ends in letters. It begins where a word begins, or each letter of
 * a long word would be tried: 64 KB of a mail server's words took seconds in which nothing else ran.
 */
const ADDRESS = /(?<![^\s<>"'(),;:/\\])[^\s<>"'(),;:/\\]+@[^\s<>"'(),;:/\\@]*\p{L}{2,}/gu;
/** API keys of ours and of providers, and whatever else stood in an Authorization header. */
const KEY = /\b(?:tm_(?:live|test|bounces)_|SG\.)[\w.-]+|\bBearer +[^\s"']+/gi;

/** A text of somebody else (a server's answer, an error's message) without the addresses and keys that may stand in it. */
export function withoutAddresses(text: string): string {
  return text.replace(KEY, '…').replace(ADDRESS, '…');
}
