import { LRUCache } from 'lru-cache';

/**
 * Visible ASCII only; browsers silently drop tabs and line ends and take a backslash for a slash. A scheme in capitals is
 * written anew: tokens carry it in small letters only.
 */
const PLAIN = /^https?:\/\/[!-[\]-~]+$/;
const UNSAFE = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069\\]/u;

/** Products' addresses and pictures come again in every letter; parsing is most of what a link costs. */
const checked = new LRUCache<string, { readonly url: string | null }>({ max: 5_000 });
const MAX_REMEMBERED_CHARS = 300;

/**
 * The address when it is safe to send people to: absolute, http or https, with a host, without user and password. What is
 * not plain ASCII is returned in its ASCII form (punycode, percent-encoding), and a scheme in capitals in small letters.
 */
export function safeUrl(value: string): string | null {
  if (value.length > MAX_REMEMBERED_CHARS) return check(value);
  const known = checked.get(value);
  if (known) return known.url;
  const url = check(value);
  checked.set(value, { url });
  return url;
}

function check(value: string): string | null {
  const text = value.trim();
  if (UNSAFE.test(text) || !/^https?:\/\/[^/]/i.test(text)) return null;
  const parsed = parse(text);
  if (!parsed?.hostname || parsed.username || parsed.password) return null;
  return PLAIN.test(text) ? text : parsed.href;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
