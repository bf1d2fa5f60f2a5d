import type { MailServer } from '../../../test/support/mail-server.js';
import { ProcessClock } from '../../platform/clock/clock.js';
import { SmtpTransport } from './smtp.js';
import { type Mail, utf8Parts } from './transport.js';

/** For specs of what happens when an answer does not come: every other gets all the time that a busy machine needs. */
export const IMPATIENT_MS = 1_500;
export const MAIL: Mail = {
  messageId: '01a20057-9716-70cb-92ae-251f4ad2aa4b',
  storeId: '01a20057-95dd-7026-b614-2031f03af755',
  from: { email: 'shop@shop.example', name: 'Shop' },
  to: 'anna@example.com',
  replyTo: null,
  subject: 'Subject',
  parts: () => utf8Parts({ html: '<p>Hello</p>', text: 'Hello' }),
  headers: { 'Message-ID': '<01a20057.1@shop.example>' },
};
/** More than the system takes from us before the server reads. */
export const LARGE: Mail = { ...MAIL, parts: () => utf8Parts({ html: 'x'.repeat(12_000_000), text: 'Hello' }) };
export const ACCEPTED = { kind: 'accepted', providerMessageId: 'ABC123' };
export const RETRY = { kind: 'retry', counts: true };
/** Given back without having been a try. */
export const PUT_OFF = { kind: 'retry', counts: false };

/** A transport as SMTP_URL would make it. */
export function transportFor(url: string, deadlineMs?: number): SmtpTransport {
  return new SmtpTransport(url, new ProcessClock(), deadlineMs);
}

/** Has the server ask for a letter, read nothing of it and hang up. */
export function cutWithinLetter(server: MailServer): void {
  server.instead = (line, socket) => {
    if (line !== 'DATA') return null;
    socket.pause();
    setTimeout(() => socket.destroy(), 50);
    return '354 go ahead';
  };
}

/** Has the server take letters and answer for each when it is told to. */
export function holdAnswers(server: MailServer): (() => void)[] {
  const answers: (() => void)[] = [];
  server.instead = (line, socket) => {
    if (line !== '.') return null;
    answers.push(() => socket.write('250 2.0.0 Ok: queued as ABC123\r\n'));
    return '';
  };
  return answers;
}
