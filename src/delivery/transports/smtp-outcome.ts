import { blamedBy } from '../../domain/refusal.js';
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
  const concerns = blamedBy(detail) === 'recipient' ? 'recipient' : 'content';
  return { kind: 'rejected', status, code: enhanced ?? String(status), detail, concerns };
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
