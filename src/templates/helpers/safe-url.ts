/** Visible ASCII only; browsers silently drop tabs and line ends and take a backslash for a slash. */
const PLAIN = /^https?:\/\/[!-[\]-~]+$/i;
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\\]/;

/**
 * The address when it is safe to send people to: absolute, http or https, with a host, without user and password. What is
 * not plain ASCII is returned in its ASCII form (punycode, percent-encoding).
 */
export function safeUrl(value: string): string | null {
  const text = value.trim();
  if (UNSAFE.test(text)) return null;
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return null;
  const parsed = new URL(text);
  if (!parsed.hostname || parsed.username || parsed.password) return null;
  return PLAIN.test(text) ? text : parsed.href;
}
