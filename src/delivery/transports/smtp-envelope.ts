import { providerAddress } from './mime-headers.js';
import type { Mail, SendResult } from './transport.js';

/** Who sends a letter and who gets it, as MAIL and RCPT name them. */
export interface SmtpEnvelope {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads a letter's addresses. Everything that becomes a header or a command has lost its line ends before it comes here;
 * what has some all the same is refused, because what stands behind them would be a header or a command of its own.
 */
export function readEnvelope(mail: Mail): SmtpEnvelope | SendResult {
  const { from, to, replyTo, subject, messageId, headers } = mail;
  if (isSplit(from.email, from.name ?? '') || /[<>]/.test(from.email))
    return { kind: 'config', status: null, detail: 'the sender cannot stand in a letter' };
  if (isSplit(to) || /[<>]/.test(to) || to === '') return refused('invalid_address', 'recipient');
  if (isSplit(subject, replyTo ?? '', messageId, ...Object.entries(headers).flat()))
    return refused('invalid_header', 'content');
  return { from: providerAddress(from.email), to: providerAddress(to) };
}

function isSplit(...texts: readonly string[]): boolean {
  return texts.some((text) => /[\r\n\0]/.test(text));
}

function refused(code: string, concerns: 'recipient' | 'content'): SendResult {
  return { kind: 'rejected', status: null, code, detail: code, concerns };
}
