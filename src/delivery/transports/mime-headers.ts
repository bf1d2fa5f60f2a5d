import MimeNode from 'nodemailer/lib/mime-node';
import { foldLines } from 'nodemailer/lib/mime-funcs';
import type { Mail, Mailbox } from './transport.js';

const LINE = 76;
/** Needs neither an encoded word nor a fold, beside the length that is checked with it. */
const PLAIN_TEXT = /^[\x20\x21\x23-\x3c\x3e-\x7e]*$/;
/** Stands in a header and in an envelope as it is. */
const PLAIN_ADDRESS = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9.-]+$/;
/** Senders and reply addresses that are kept encoded: a shop's letters share them. */
const MOST_KEPT = 500;

/** nodemailer's encoder of header values; it keeps nothing of what it encodes. */
const ENCODER = new MimeNode('text/plain', { textEncoding: 'B' });
const kept = new Map<string, string>();

/** The header lines of a letter without MIME's own, each with its end; `at` becomes its date. */
export function headerLines(mail: Mail, at: Date): string {
  const { 'Message-ID': messageId = `<${mail.messageId}@localhost>`, ...others } = mail.headers;
  let lines = keptMailbox('From', mail.from);
  lines += PLAIN_ADDRESS.test(mail.to) ? plainLine('To', mail.to) : line('To', mailbox({ email: mail.to, name: null }));
  if (mail.replyTo) lines += keptMailbox('Reply-To', { email: mail.replyTo, name: null });
  lines += line('Subject', mail.subject) + line('Message-ID', messageId);
  for (const name in others) lines += line(name, others[name]!);
  return `${lines}Date: ${at.toUTCString().replace('GMT', '+0000')}\r\nMIME-Version: 1.0\r\n`;
}

/** An address as it goes to a provider, in MAIL and RCPT or an API's request: its domain in ASCII where the part before it is, as nodemailer has it. */
export function providerAddress(email: string): string {
  if (PLAIN_ADDRESS.test(email)) return email;
  const node = new MimeNode('text/plain').setHeader('To', [{ name: '', address: email }]);
  return node.getEnvelope().to[0] ?? '';
}

function line(name: string, value: string | ReturnType<typeof mailbox>): string {
  if (typeof value === 'string' && PLAIN_TEXT.test(value) && name.length + value.length + 2 < LINE)
    return value === '' ? '' : plainLine(name, value);
  const encoded = ENCODER.encodeHeaderValue(name, value);
  return encoded.trim() === '' ? '' : `${foldLines(`${name}: ${encoded}`, LINE)}\r\n`;
}

function plainLine(name: string, value: string): string {
  return `${name}: ${value}\r\n`;
}

function keptMailbox(name: string, { email, name: shown }: Mailbox): string {
  const key = `${name}\n${email}\n${shown ?? ''}`;
  let found = kept.get(key);
  if (found === undefined) {
    if (kept.size >= MOST_KEPT) kept.clear();
    found = line(name, mailbox({ email, name: shown }));
    kept.set(key, found);
  }
  return found;
}

/** Addresses go in as objects only: a text would be parsed, and a comma in a name could become a second recipient. */
function mailbox({ email, name }: Mailbox): { name: string; address: string }[] {
  return [{ name: name ?? '', address: email }];
}
