import { domainToASCII } from 'node:url';
import type { MessageClass } from '../domain/scenario-schema.js';
import type { Mail, Mailbox } from './transports/transport.js';

/** Control characters (CR, LF and NUL above all) and the line separators of Unicode. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/**
 * A text that may become a header: nothing in it can begin another line, and no half of a character is in it (the first letter of a name
 * may be one), which PostgreSQL would refuse together with everybody's letters beside it.
 */
export function headerText(text: string): string {
  return text.replace(CONTROL, ' ').toWellFormed().trim();
}

/** Reads `Name <address>` or an address, as MAIL_FROM has it. */
export function parseMailbox(text: string): Mailbox {
  const named = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(text);
  if (!named) return { email: headerText(text), name: null };
  const name = headerText(named[1]!.replace(/^"(.*)"$/, '$1'));
  return { email: headerText(named[2]!), name: name === '' ? null : name };
}

/** The sender's domain for a Message-ID: in ASCII, because a server without SMTPUTF8 takes no other letters in a header (RFC 6532). */
export function senderDomain({ email }: Mailbox): string {
  return domainToASCII(email.slice(email.lastIndexOf('@') + 1)) || 'localhost';
}

/** What stands in every letter beside sender, recipient and subject. The names are this list's, never data's. */
export function letterHeaders(letter: {
  readonly messageId: string;
  readonly attempt: number;
  readonly from: Mailbox;
  readonly messageClass: MessageClass;
  /** The unsubscribe page's address. */
  readonly unsubscribeUrl: string;
}): Record<string, string> {
  const headers = { 'Message-ID': `<${letter.messageId}.${letter.attempt}@${senderDomain(letter.from)}>` };
  if (letter.messageClass === 'service') return headers;
  return {
    ...headers,
    'List-Unsubscribe': `<${letter.unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

/** All of a mail's headers that are its own, as a reader of the message sees them. */
export function shownHeaders({ from, to, replyTo, subject, headers }: Mail): Readonly<Record<string, string>> {
  return {
    From: from.name ? `${from.name} <${from.email}>` : from.email,
    To: to,
    ...(replyTo ? { 'Reply-To': replyTo } : {}),
    Subject: subject,
    ...headers,
  };
}
