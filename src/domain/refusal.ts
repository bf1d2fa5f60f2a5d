/** An enhanced status code of RFC 3463 within a server's words; the address of a host is none. */
const ENHANCED = /(?<![\w.])[45]\.(\d{1,3})\.(\d{1,3})(?![\w.]*\d)/g;
/** x.0.0, which says no more than the reply's own number. */
const UNDEFINED = '0';
/** x.7 is policy, but for two that say whose the address is now (RFC 7293). */
const OWNER_CHANGED = new Set(['17', '18']);
/** Of x.1, which is about addresses: those that are about the sender's. */
const OF_SENDER = new Set(['7', '8']);

/**
 * Servers repeat the address that they refuse, and `no-spam@…` is not what they say of it. It begins where a word begins, or each
 * letter of a long word would be tried: a reply of 64 KB took twenty seconds in which nothing else ran.
 */
const ADDRESSES = /(?<![^\s<>"'(),;:])[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g;

const POLICY =
  /\brelay|(black|block|deny)[ -]?list|spamhaus|spamcop|\b(dns|r)bl\b|\bspam|\bpolic(y|ies)\b|reputation|\b(spf|dkim|dmarc)\b|reverse dns|\bptr\b|authentication (is )?(required|failed)|sender (address )?(is )?(rejected|denied|blocked|verif)|blocked (by|using)/i;
const MAILBOX =
  /\bno (such )?(user|mailbox|recipient|account|person|address)\b|\b(unknown|invalid|bad|inactive|disabled) (user|recipient|mailbox|account|address|local)|\b(user|recipient|mailbox|account|address)( name)? (is |was |has been )?(unknown|not (found|known|exist)|invalid|inactive|disabled|deleted|full|over quota)|\b(does not|doesn['’]t) exist|\bquota exceeded|\bunrout(e)?able address/i;

/** Whom a mail server's refusal is about, as far as its words say. */
export type Blamed = 'recipient' | 'sender' | 'unsaid';

/**
 * Reads the words of a refusal. An enhanced code decides: x.1 is the address, x.2 the mailbox; x.7 is policy, as are the two of x.1 that
 * are the sender's: about us, and the same for whomever we write to next. Without one known phrases do; a bare 550 says nothing.
 */
export function blamedBy(words: string): Blamed {
  for (const [, subject, detail] of words.matchAll(ENHANCED)) {
    if (subject === UNDEFINED) continue;
    if (subject === '1') return OF_SENDER.has(detail!) ? 'sender' : 'recipient';
    if (subject === '2') return 'recipient';
    if (subject === '7') return OWNER_CHANGED.has(detail!) ? 'recipient' : 'sender';
    return 'unsaid';
  }
  const said = words.replace(ADDRESSES, '');
  if (POLICY.test(said)) return 'sender';
  return MAILBOX.test(said) ? 'recipient' : 'unsaid';
}
