const PLAIN = /^[\x21-\x7e]*$/;

/** A signed URL as a header may hold it, percent-encoded and without control characters; null when it is none. */
export function locationOf(url: string): string | null {
  if (PLAIN.test(url)) return url;
  return URL.canParse(url) ? new URL(url).href : null;
}
