import { readable, replyCode } from './smtp-replies.js';
import type { SendResult } from './transport.js';

/** What is known of a failed attempt: nodemailer's error while connecting, the server's refusal afterwards. */
export interface SmtpFailure {
  readonly message: string;
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
}

const TOO_BIG = 552;
/** Of x.0.0, which says no more than the reply's own number. */
const UNDEFINED_SUBJECT = '0';

/** A server's refusal of a command, or of the letter after `DATA`. */
export function failureOf(command: 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'CONN', reply: string): SmtpFailure {
  const response = readable(reply);
  return { message: `${command}: ${response}`, command, responseCode: replyCode(reply) ?? undefined, response };
}

/**
 * Reads a failed attempt. The server's own answer decides; without one the only question is whether the letter was
 * handed over to its last byte.
 */
export function smtpOutcome(failure: SmtpFailure, handedOver: boolean): SendResult {
  const status = refusalCode(failure);
  const detail = failure.response ?? failure.message;
  if (status === null)
    return handedOver
      ? { kind: 'unknown', status, detail, late: null }
      : { kind: 'retry', status, detail, retryAfterMs: null, counts: true };
  if (status < 500) return { kind: 'retry', status, detail, retryAfterMs: null, counts: true };
  if (!concernsLetter(failure, status)) return { kind: 'config', status, detail };
  const enhanced = enhancedCode(detail);
  const concerns = blamesRecipient(failure.command, status, enhanced) ? 'recipient' : 'content';
  return { kind: 'rejected', status, code: enhanced ?? String(status), detail, concerns };
}

/**
 * Whether a refusal is about this recipient and would not hit the next letter. An enhanced code says so wherever it is said: x.1 is
 * the address, x.2 the mailbox (RFC 3463; x.1.7 and x.1.8 are the sender's). Policy (x.7: relaying denied, a blocked host,
 * content) and all else may hit every letter. Without a code RCPT is answered about the mailbox by 550 to 553 (RFC 5321, 4.2.3).
 */
function blamesRecipient(command: string | undefined, status: number, enhanced: string | null): boolean {
  const subject = enhanced?.split('.')[1] ?? UNDEFINED_SUBJECT;
  if (subject === UNDEFINED_SUBJECT) return command === 'RCPT TO' && status >= 550 && status <= 553;
  return subject === '2' || (subject === '1' && !/\.[78]$/.test(enhanced!));
}

/** A refusal to greet, to sign in or of the sender would hit every letter; only recipient and content are the letter's own. */
function concernsLetter(failure: SmtpFailure, status: number): boolean {
  if (failure.command === 'DATA' || failure.command === 'RCPT TO') return true;
  return failure.command === 'MAIL FROM' && status === TOO_BIG;
}

function refusalCode(failure: SmtpFailure): number | null {
  const code = failure.responseCode;
  return code !== undefined && code >= 400 && code <= 599 ? code : null;
}

/** `5.1.1` of "550 5.1.1 no such user". */
function enhancedCode(reply: string): string | null {
  return /^[45]\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? null;
}
