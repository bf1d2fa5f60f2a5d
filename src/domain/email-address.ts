export type ParsedEmail =
  | {
      readonly ok: true;
      /** As it is shown: the local part as given, the domain in lower case and its own letters. */
      readonly email: string;
      /** Under which a person is found: all lower case, domain in ASCII. */
      readonly key: string;
    }
  | { readonly ok: false; readonly detail: string };

/** What a text has that may hold an address, written plainly or for a URL: JavaScript and PostgreSQL read this pattern alike. */
export const ADDRESS_SIGN = '@|%40';
const MAY_HOLD_ADDRESS = new RegExp(ADDRESS_SIGN);

/** Letters, digits and the signs of RFC 5322 that mailboxes really use; a backtick or quote is an attack, not an address. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*$/;
/** Visible ASCII, as nearly every address is: nothing in it can be invisible or written in two ways. */
const PLAIN = /^[!-~]+$/;
/** A name that is its own ASCII form; what begins with `xn--` is somebody's encoding and has to be checked. */
const PLAIN_DOMAIN = /^(?!.*xn--)[a-z0-9.-]+$/;
/** As nearly every domain is: its own ASCII form in one script, each label within DNS's 63 octets. */
const USUAL_NAME = /^(?!.*xn--)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const LABEL = /^[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Scripts whose letters are taken for one another: a label keeps to one of them. */
const LOOKALIKES = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u];

const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;

/** Reads one plain address by our own rules (reject before anything is sent, look-alikes included); never throws. */
export function parseEmail(text: string): ParsedEmail {
  if (text.length > 1_000) return refused('holds invisible characters or is too long');
  let written = text;
  if (!PLAIN.test(text)) {
    if (INVISIBLE.test(text)) return refused('holds invisible characters or is too long');
    written = text.normalize('NFKC').replace(/^ +| +$/g, '');
    if (INVISIBLE.test(written) || /\s/.test(written)) return refused('holds spaces or invisible characters');
  }
  const parts = written.split('@');
  const [local, domain] = parts;
  if (parts.length !== 2 || local === undefined || domain === undefined)
    return refused('is not one address with one @');
  if (local.length > LONGEST_LOCAL) return refused('has more than 64 characters before the @');
  if (!LOCAL.test(local)) return refused('has characters before the @ that mailboxes do not take');
  const readable = domain.toLowerCase();
  const ascii = asciiDomain(readable);
  if (ascii === null) return refused('has no valid domain behind the @');
  return {
    ok: true,
    email: `${local}@${readable}`,
    key: `${local.toLowerCase()}@${ascii}`,
  };
}

/** Whether a text that shops made, such as an id, may hold an address. */
export function mayHoldAddress(text: string): boolean {
  return MAY_HOLD_ADDRESS.test(text);
}

function refused(why: string): ParsedEmail {
  return { ok: false, detail: `the address ${why}` };
}

function asciiDomain(domain: string): string | null {
  if (domain.length <= LONGEST_DOMAIN && USUAL_NAME.test(domain)) return domain;
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label) && !isMixed(label))) return null;
  const ascii = toAscii(domain);
  if (ascii === null || ascii.length > LONGEST_DOMAIN) return null;
  const asciiLabels = ascii.split('.');
  const top = asciiLabels.at(-1) ?? '';
  const isName = asciiLabels.every((label) => label.length >= 1 && label.length <= 63);
  return isName && asciiLabels.length === labels.length && /^(xn--[a-z0-9-]+|[a-z]{2,})$/.test(top) ? ascii : null;
}

function isMixed(label: string): boolean {
  return LOOKALIKES.filter((script) => script.test(label)).length > 1;
}

/** The URL parser is the only punycode that Node and browsers share. */
function toAscii(domain: string): string | null {
  if (PLAIN_DOMAIN.test(domain)) return domain;
  try {
    return new URL(`http://${domain}/`).hostname;
  } catch {
    return null; // UTS 46 refuses the name
  }
}
