import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ProcessClock } from '../../platform/clock/clock.js';
import { SmtpTransport } from './smtp.js';
import { type Mail, utf8Parts } from './transport.js';

const MAIL: Mail = {
  messageId: '01a20057-9716-70cb-92ae-251f4ad2aa4b',
  storeId: '01a20057-95dd-7026-b614-2031f03af755',
  from: { email: 'shop@shop.example', name: 'Shop' },
  to: 'anna@example.com',
  replyTo: null,
  subject: 'Subject',
  parts: () => utf8Parts({ html: '<p>Hello</p>', text: 'Hello' }),
  headers: { 'Message-ID': '<01a20057.1@shop.example>' },
};
type Stage = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | 'dot';

const retry = { kind: 'retry', counts: true };
const unknown = { kind: 'unknown' };
/** Says nothing about the next letter. */
const ofRecipient = (code: string): object => ({ kind: 'rejected', code, concerns: 'recipient' });
/** May hit letter after letter: then it counts as a fault of the settings. */
const ofMany = (code: string): object => ({ kind: 'rejected', code, concerns: 'content' });
const PIPELINING = '250-here\r\n250 PIPELINING';
/** `drop` ends the connection there, `reset` tears it down; any other text is answered. */
const TABLE: readonly (readonly [stage: Stage, deed: string, expected: object])[] = [
  ['greeting', '421 4.3.2 going down', retry],
  ['greeting', '554 5.7.1 you are blocked', { kind: 'config' }],
  ['greeting', 'drop', retry],
  ['EHLO', 'drop', retry],
  ['MAIL', '421 4.7.0 too many connections', retry],
  ['MAIL', '451 4.7.1 greylisted', retry],
  ['MAIL', '452 4.3.1 no space', retry],
  ['MAIL', '550 5.7.1 not your sender', { kind: 'config' }],
  ['MAIL', '552 5.3.4 too big', ofMany('5.3.4')],
  ['MAIL', 'reset', retry],
  ['RCPT', '421 4.4.2 closing', retry],
  ['RCPT', '450 4.2.0 greylisted', retry],
  ['RCPT', '451 4.3.0 try later', retry],
  ['RCPT', '452 4.2.2 mailbox full', retry],
  ['RCPT', '550 5.1.1 no such user', ofRecipient('5.1.1')],
  ['RCPT', '556 5.1.10 takes no mail', ofRecipient('5.1.10')],
  ['RCPT', '552 5.2.2 mailbox full', ofRecipient('5.2.2')],
  ['RCPT', '550 no such user', ofRecipient('550')],
  ['RCPT', '550 no enhanced code', ofMany('550')],
  ['RCPT', '550 relaying denied', ofMany('550')],
  ['RCPT', '553 5.0.0 no mailbox of that name', ofRecipient('5.0.0')],
  ['RCPT', '554 no enhanced code', ofMany('554')],
  ['RCPT', '554 5.7.1 relay access denied', ofMany('5.7.1')],
  ['RCPT', '550 5.7.1 host is on a list', ofMany('5.7.1')],
  ['RCPT', '503 5.5.1 sign in first', ofMany('5.5.1')],
  ['RCPT', '553 5.1.8 the sender’s domain is unknown', ofMany('5.1.8')],
  ['RCPT', 'drop', retry],
  ['RCPT', 'reset', retry],
  ['DATA', '421 4.3.2 going down', retry],
  ['DATA', '451 4.3.0 not now', retry],
  ['DATA', '554 5.7.1 no', ofMany('5.7.1')],
  ['DATA', 'drop', retry],
  ['dot', '421 4.3.2 going down', retry],
  ['dot', '451 4.3.0 not now', retry],
  ['dot', '452 4.3.1 no space', retry],
  ['dot', '550 5.7.1 spam', ofMany('5.7.1')],
  ['dot', '550 no enhanced code', ofMany('550')],
  ['dot', '550 5.1.1 no such user', ofRecipient('5.1.1')],
  ['dot', '552 5.3.4 too big', ofMany('5.3.4')],
  // Nobody knows whether a server that took the final dot and then went away keeps the letter (RFC 1047).
  ['dot', 'drop', unknown],
  ['dot', 'reset', unknown],
  ['dot', '299', { kind: 'accepted' }],
];

/** How a server greets, and what it says to commands that came in one go with one that it refused (RFC 2920, 3.1). */
const SERVERS = [
  ['offers nothing', { greeting: '250 ok', refusesTheRest: true }],
  ['takes commands in one go and asks for the letter after a refusal', { greeting: PIPELINING, refusesTheRest: false }],
  ['takes commands in one go and refuses the rest after a refusal', { greeting: PIPELINING, refusesTheRest: true }],
] as const;

describe.each(SERVERS)('a mail server that %s', (_, { greeting, refusesTheRest }) => {
  let server: Server;
  let transport: SmtpTransport;
  let at: { stage: Stage; deed: string };
  let letters: number;

  beforeAll(async () => {
    server = createServer((socket) => converse(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    letters = 0;
    transport = new SmtpTransport(
      `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
      new ProcessClock(),
      8_000,
    );
  });
  afterEach(() => transport.close());
  afterAll(() => void server.close());

  function converse(socket: Socket): void {
    socket.on('error', () => undefined);
    let inLetter = false;
    let written = false;
    let pending = '';
    let refused = false;
    const reply = (stage: Stage, usual: string): void => {
      if (at.stage !== stage) return void socket.write(`${usual}\r\n`);
      if (at.deed === 'drop') return void socket.end();
      if (at.deed === 'reset') return void socket.resetAndDestroy();
      refused = refusesTheRest && (stage === 'MAIL' || stage === 'RCPT');
      socket.write(`${at.deed}\r\n`);
    };
    reply('greeting', '220 here');
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (inLetter && line !== '.') {
          written ||= line !== '';
          continue;
        }
        const verb = line.slice(0, 4);
        if (refused && (verb === 'RCPT' || verb === 'DATA')) socket.write('503 5.5.1 Error: out of turn\r\n');
        else if (inLetter) {
          inLetter = false;
          // An empty one is how a client that sent its commands in one go ends what nobody is to get.
          letters += written ? 1 : 0;
          reply('dot', '250 2.0.0 Ok');
        } else if (verb === 'DATA') {
          inLetter = at.stage !== 'DATA';
          reply('DATA', '354 go ahead');
        } else if (verb === 'EHLO') reply('EHLO', greeting);
        else if (verb === 'MAIL' || verb === 'RCPT') reply(verb, '250 ok');
        else socket.write('250 ok\r\n');
      }
    });
  }

  it.each(TABLE)('at %s: %s', async (stage, deed, expected) => {
    at = { stage, deed };
    expect(await transport.send(MAIL)).toMatchObject(expected);
    expect(letters).toBe(stage === 'dot' ? 1 : 0);
  });
});
