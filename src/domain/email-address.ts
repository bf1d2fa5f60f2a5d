export type ParsedEmail =
  /** `email` as it is written to, `key` under which it is found (lower-cased local part, punycode domain). */
  { readonly ok: true; readonly email: string; readonly key: string } | { readonly ok: false; readonly detail: string };

/** Reads one plain address; never throws. */
export function parseEmail(text: string): ParsedEmail {
  return { ok: true, email: text, key: text.toLowerCase() };
}
