import { simpleParser } from 'mailparser';
import {
  type Behaviour,
  misbehavingHttp,
  misbehavingSmtp,
  type MisbehavingServer,
} from '../../../test/support/misbehaving-servers.js';
import { ProcessClock } from '../../platform/clock/clock.js';
import { OutboxTransport } from './outbox.js';
import { SendGridTransport } from './sendgrid.js';
import { SmtpTransport } from './smtp.js';
import { type Mail, type Transport, utf8Parts } from './transport.js';

const MAIL: Mail = {
  messageId: '01a20057-9716-70cb-92ae-251f4ad2aa4b',
  storeId: '01a20057-95dd-7026-b614-2031f03af755',
  from: { email: 'shop@shop.example', name: 'Магазин, "Shop"' },
  to: 'anna@example.com',
  replyTo: 'help@shop.example',
  subject: 'Ваша корзина ждёт',
  parts: () => utf8Parts({ html: '<p>Привет</p>'.repeat(2_000), text: 'Привет' }),
  headers: {
    'Message-ID': '<01a20057.1@shop.example>',
    'List-Unsubscribe': '<https://shop.example/u/token>',
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
};

interface Expected {
  readonly behaviour: Behaviour;
  readonly promise: string;
  readonly smtp: object;
  readonly sendgrid: object;
}

const CONTRACT: readonly Expected[] = [
  {
    behaviour: 'accept',
    promise: 'accepted',
    smtp: { kind: 'accepted', providerMessageId: 'ABC123' },
    sendgrid: { kind: 'accepted', providerMessageId: 'sg-1' },
  },
  {
    behaviour: 'reject',
    promise: 'rejected with the provider’s code',
    smtp: { kind: 'rejected', code: '5.1.1' },
    sendgrid: { kind: 'rejected', code: '400:personalizations.0.to.0.email' },
  },
  {
    behaviour: 'busy',
    promise: 'to be tried again',
    smtp: { kind: 'retry', status: 451, counts: true },
    sendgrid: { kind: 'retry', status: 503, counts: true },
  },
  {
    behaviour: 'rate-limit',
    promise: 'to be tried again later',
    smtp: { kind: 'retry', status: 450 },
    sendgrid: { kind: 'retry', status: 429, counts: false, retryAfterMs: 7_000 },
  },
  {
    behaviour: 'wrong-key',
    promise: 'a fault of the settings, not of the letter',
    smtp: { kind: 'config', status: 550 },
    sendgrid: { kind: 'config', status: 401 },
  },
  {
    behaviour: 'broken',
    promise: 'unknown when the provider breaks on it',
    smtp: { kind: 'unknown' },
    sendgrid: { kind: 'unknown', status: 500 },
  },
  // A request that began may have arrived for all that HTTP tells; SMTP knows that the body was not handed over.
  {
    behaviour: 'hang-up-before',
    promise: 'told by whether the body went out, when the line is cut before it',
    smtp: { kind: 'retry' },
    sendgrid: { kind: 'unknown' },
  },
  {
    behaviour: 'hang-up-after',
    promise: 'unknown when the line is cut after the body',
    smtp: { kind: 'unknown' },
    sendgrid: { kind: 'unknown' },
  },
  {
    behaviour: 'garbage',
    promise: 'unknown when nobody understands the answer',
    smtp: { kind: 'unknown' },
    sendgrid: { kind: 'unknown' },
  },
];

describe.each(['smtp', 'sendgrid'] as const)('transport %s', (name) => {
  let server: MisbehavingServer;
  let transport: Transport;
  const transportTo = (url: string, deadlineMs?: number): Transport =>
    name === 'smtp'
      ? new SmtpTransport(url, new ProcessClock(), deadlineMs)
      : new SendGridTransport('SG.key', url, new ProcessClock(), deadlineMs);

  beforeEach(async () => {
    server = await (name === 'smtp' ? misbehavingSmtp() : misbehavingHttp());
    transport = transportTo(server.url);
  });
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it.each(CONTRACT.map((row) => [row.promise, row] as const))('answers: %s', async (_, row) => {
    server.behaviour = row.behaviour;
    expect(await transport.send(MAIL)).toMatchObject(row[name]);
  });

  it('answers: unknown after the deadline', async () => {
    server.behaviour = 'slow';
    await transport.close();
    transport = transportTo(server.url, 1_500);
    expect(await transport.send(MAIL)).toMatchObject({ kind: 'unknown' });
  });

  it('is tried again when nobody listens', async () => {
    await server.close();
    expect(await transport.send(MAIL)).toMatchObject({ kind: 'retry', counts: true });
  });

  it('delivers each letter once, also after a broken one', async () => {
    server.behaviour = 'hang-up-after';
    await transport.send(MAIL);
    server.behaviour = 'accept';
    expect(await transport.send(MAIL)).toMatchObject({ kind: 'accepted' });
    expect(server.received).toHaveLength(2);
  });

  it('takes as many letters at once as it has places', async () => {
    const mails = Array.from({ length: transport.slots }, (_, i) => ({
      ...MAIL,
      headers: { ...MAIL.headers, 'Message-ID': `<${i}@shop.example>` },
    }));
    const results = await Promise.all(mails.map((mail) => transport.send(mail)));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.received).toHaveLength(mails.length);
  });
});

describe('what leaves the house', () => {
  it('is over SMTP the letter as written, to one recipient', async () => {
    const server = await misbehavingSmtp();
    const transport = new SmtpTransport(server.url, new ProcessClock());
    await transport.send(MAIL);
    const letter = await simpleParser(server.received[0]!);
    expect(letter.from?.value).toEqual([{ address: 'shop@shop.example', name: 'Магазин, "Shop"' }]);
    expect(letter.subject).toBe('Ваша корзина ждёт');
    expect(letter.html).toBe(MAIL.parts().html.toString());
    expect(letter.messageId).toBe('<01a20057.1@shop.example>');
    expect(server.received[0]).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(server.received[0]!.match(/^To: .*$/gm)).toEqual(['To: anna@example.com']);
    await transport.close();
    await server.close();
  });

  it('carries the letter’s headers to SendGrid in the body, never as HTTP headers', async () => {
    const server = await misbehavingHttp();
    const transport = new SendGridTransport('SG.key', server.url, new ProcessClock());
    await transport.send({ ...MAIL, headers: { ...MAIL.headers, Authorization: 'Bearer stolen' } });
    expect(server.requestHeaders[0]).toMatchObject({ authorization: 'Bearer SG.key' });
    expect(server.requestHeaders[0]).not.toHaveProperty('list-unsubscribe');
    expect(JSON.parse(server.received[0]!)).toMatchObject({
      personalizations: [
        {
          to: [{ email: 'anna@example.com' }],
          headers: { 'List-Unsubscribe': '<https://shop.example/u/token>' },
          custom_args: { mid: MAIL.messageId },
        },
      ],
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    });
    await server.close();
  });

  it('names addresses to SendGrid with their domains in ASCII', async () => {
    const server = await misbehavingHttp();
    const transport = new SendGridTransport('SG.key', server.url, new ProcessClock());
    const from = { email: 'shop@магазин.рф', name: 'Магазин' };
    await transport.send({ ...MAIL, from, to: 'anna@почта.рф', replyTo: 'help@магазин.рф' });
    expect(JSON.parse(server.received[0]!)).toMatchObject({
      from: { email: 'shop@xn--80aairftm.xn--p1ai', name: 'Магазин' },
      personalizations: [{ to: [{ email: 'anna@xn--80a1acny.xn--p1ai' }] }],
      reply_to: { email: 'help@xn--80aairftm.xn--p1ai' },
    });
    await transport.close();
    await server.close();
  });

  it('stays in the house with the outbox', async () => {
    expect(await new OutboxTransport().send()).toEqual({ kind: 'accepted', status: null, providerMessageId: null });
  });
});
