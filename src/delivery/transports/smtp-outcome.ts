import type { SendResult } from './transport.js';

/** What nodemailer tells of a failed attempt. */
export interface SmtpFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly command?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
}

const TOO_BIG = 552;

/**
 * Reads a failed attempt. The server's own answer decides; without one the only question is whether the message stream was
 * handed over to its last byte. nodemailer's codes do not tell: a connection lost after the final dot is `CONN` too.
 */
export function smtpOutcome(failure: SmtpFailure, handedOver: boolean): SendResult {
  const status = replyCode(failure);
  const detail = failure.response ?? failure.message;
  if (status === null)
    return handedOver
      ? { kind: 'unknown', status, detail, late: null }
      : { kind: 'retry', status, detail, retryAfterMs: null, counts: true };
  if (status < 500) return { kind: 'retry', status, detail, retryAfterMs: null, counts: true };
  return concernsLetter(failure, status)
    ? { kind: 'rejected', status, code: enhancedCode(detail) ?? String(status), detail, concerns: 'recipient' }
    : { kind: 'config', status, detail };
}

/** A refusal to greet, to sign in or of the sender would hit every letter; only recipient and content are the letter's own. */
function concernsLetter(failure: SmtpFailure, status: number): boolean {
  if (failure.code === 'EMESSAGE' || failure.command === 'DATA' || failure.command === 'RCPT TO') return true;
  return failure.command === 'MAIL FROM' && status === TOO_BIG;
}

function replyCode(failure: SmtpFailure): number | null {
  const code = failure.responseCode;
  return code !== undefined && code >= 400 && code <= 599 ? code : null;
}

/** `5.1.1` of "550 5.1.1 no such user". */
function enhancedCode(reply: string): string | null {
  return /^[45]\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? null;
}
